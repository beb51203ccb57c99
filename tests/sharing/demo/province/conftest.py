"""One small demo province for all tests here: loading takes seconds, so it happens once."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.utils import timezone

from sharing.demo.database import drop
from sharing.demo.loading import Report, load

NOW = timezone.now()  # data leaves only while a grant is in force by the database's clock too
TODAY = timezone.localdate(NOW)


@pytest.fixture(scope="package")
def province(django_db_setup: None, django_db_blocker) -> Iterator[Report]:
    """The small province; every test sees it, and it is undone after the last one."""
    from django.conf import settings

    with django_db_blocker.unblock():
        hosts, settings.SOURCE_HOSTS = (
            settings.SOURCE_HOSTS,
            [str(connection.settings_dict["HOST"])],
        )
        try:
            with transaction.atomic():
                yield load(now=NOW, small=True)
                transaction.set_rollback(True)
        finally:
            settings.SOURCE_HOSTS = hosts
            drop()
