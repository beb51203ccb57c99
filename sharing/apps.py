from datetime import datetime
from uuid import UUID

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SharingConfig(AppConfig):
    """Who may use data, and getting it there."""

    name = "sharing"
    verbose_name = _("Sharing")

    def ready(self) -> None:
        """Make notices, tasks and the answer to a changed calendar known."""
        from catalog import hooks
        from catalog.sources import register_reader
        from portal.organisation.hooks import on_seats_change, register_effects
        from portal.worktime.changes import on_calendar_change, register_preview
        from sharing import (
            applied,
            breaches,
            concern_kinds,
            grants,
            ledger_kinds,
            notice_kinds,
            offering,
            panels,
            tasks,  # noqa: F401 - named by the outbox
        )
        from sharing.actions import deadlines, succession
        from sharing.escalation import late
        from sharing.escalation import sources as clock_sources
        from sharing.granting import masks
        from sharing.pulling import sources
        from sharing.pulling.reading import Reader

        ledger_kinds.register_all()
        concern_kinds.register_all()
        notice_kinds.register_all()
        panels.register_all()
        hooks.register_entry_actions("sharing", offering.entry_actions)
        hooks.register_matter_action(offering.matter_action)
        hooks.register_entry_actions("concerns", offering.concern_actions)
        hooks.register_use("sharing", offering.use_counts)
        hooks.register_applied_for(applied.applied_for)
        hooks.register_mask_names(offering.mask_names)
        hooks.register_data_checks(_data_checks)
        hooks.register_credentials(sources.CREDENTIALS)
        register_reader(Reader())
        hooks.on_transfer("sharing", succession.transfer_faults, succession.transferred)
        register_effects("sharing", succession.EFFECTS)
        hooks.on_withdrawal("sharing", grants.entry_withdrawn)
        hooks.on_publication("sharing", masks.published)
        on_calendar_change(_recompute_deadlines)
        register_preview(deadlines.preview)
        clock_sources.register_all()
        late.register_all()
        breaches.register_all()
        on_seats_change(_follow_holders)
        on_calendar_change(_recompute_concerns)


def _data_checks(resource_id: UUID) -> str:
    from django.urls import reverse

    return reverse("sharing:data_checks", args=[resource_id])


def _recompute_deadlines(now: datetime) -> None:
    from portal.queue import enqueue

    enqueue("sharing.recompute_deadlines", due_at=now)


def _follow_holders(now: datetime) -> None:
    from portal.queue import enqueue

    enqueue("sharing.follow_holders", due_at=now)


def _recompute_concerns(now: datetime) -> None:
    from portal.queue import enqueue

    enqueue("sharing.recompute_concerns", due_at=now)
