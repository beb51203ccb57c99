"""Celery application: workers and beat."""

import os
import signal

from celery import Celery
from celery.signals import worker_process_init

from portal.processes import bind_to_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("govshare")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def end_with_the_worker(**_event: object) -> None:
    """End a task's process at once when the worker that started it is killed.

    Otherwise it would go on working without a lease, and keep connections, until its task ends.
    """
    bind_to_parent(signal.SIGKILL)
