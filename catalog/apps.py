from datetime import datetime

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """What data exists, who provides it and who may see that it exists."""

    name = "catalog"
    verbose_name = _("Catalog")

    def ready(self) -> None:
        """Make navigation, notices, tasks, invariants and ledger kinds known."""
        from catalog import (
            invariants,  # noqa: F401 - registers itself
            ledger_kinds,
            notice_kinds,
            panels,
            tasks,  # noqa: F401 - named by the schedule and the outbox
        )
        from catalog.actions import moving, succession
        from portal.organisation.hooks import register_effects
        from portal.worktime.changes import on_calendar_change, register_preview

        ledger_kinds.register_all()
        notice_kinds.register_all()
        panels.register_all()
        on_calendar_change(_recompute_reviews)
        register_preview(moving.preview)
        register_effects("catalog", succession.EFFECTS)


def _recompute_reviews(now: datetime) -> None:
    from portal.queue import enqueue

    enqueue("catalog.recompute_reviews", due_at=now)
