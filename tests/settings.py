"""Settings of the test suite: the real ones, with cheap password hashes and own directories."""

import os
import tempfile
from pathlib import Path

from portal.settings import *

_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
_scratch = Path(os.environ.get("GOVSHARE_TEST_SCRATCH", tempfile.gettempdir())) / _worker

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
DELIVERY_ROOT = _scratch / "deliveries"
MEDIA_ROOT = _scratch / "media"
CACHES = {"default": {**CACHES["default"], "KEY_PREFIX": f"test-{_worker}"}}
AXES_ENABLED = False
WHITENOISE_USE_FINDERS = True
CELERY_TASK_DEFAULT_QUEUE = f"test-{_worker}"
