"""One small demo province for all tests here: loading takes seconds, so it happens once."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from sharing.demo.database import drop

NOW = timezone.now()
TODAY = timezone.localdate(NOW)


@pytest.fixture(scope="package")
def province(django_db_setup: None, django_db_blocker) -> Iterator[dict[str, Any]]:
    """The small province, and what the command said of it; undone after the last test."""
    from django.conf import settings

    with django_db_blocker.unblock():
        hosts, settings.SOURCE_HOSTS = (
            settings.SOURCE_HOSTS,
            [str(connection.settings_dict["HOST"])],
        )
        with connection.cursor() as cursor:  # or the planner takes used tables for empty ones
            cursor.execute("VACUUM")
        try:
            with transaction.atomic():
                said = StringIO()
                call_command("demo", small=True, force=True, json=True, stdout=said)
                yield json.loads(said.getvalue())
                transaction.set_rollback(True)
        finally:
            settings.SOURCE_HOSTS = hosts
            drop()
