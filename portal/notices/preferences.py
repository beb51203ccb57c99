"""What officials chose about notices, and what follows from it."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.errors import Fault, Invalid
from portal.notices import kinds
from portal.notices.models import Preferences
from portal.notices.models.preferences import Digest
from portal.notices.timing import Wishes
from portal.organisation.models import Official

FIELDS = (
    "mail", "muted", "unmailed", "digest", "digest_hour", "digest_weekday", "quiet_from",
    "quiet_until", "working_days_only",
)  # fmt: skip


def of(officials: Iterable[int]) -> dict[int, Preferences]:
    """Choices by official; who has none is left out."""
    return {row.official_id: row for row in Preferences.objects.filter(official__in=officials)}


def wishes_of(chosen: Preferences) -> Wishes:
    """When the person wants letters."""
    return Wishes(
        digest_hour=None if chosen.digest == Digest.NOW else chosen.digest_hour,
        weekday=chosen.digest_weekday if chosen.digest == Digest.WEEKLY else None,
        quiet_from=chosen.quiet_from,
        quiet_until=chosen.quiet_until,
        working_days_only=chosen.working_days_only,
    )


def wants_mail(chosen: Preferences, kind: str) -> bool:
    """Whether a letter goes about the kind."""
    return chosen.mail and kinds.group_of(kind) not in chosen.unmailed


def muted_by(kind: str, officials: Collection[int]) -> set[int]:
    """Who of ``officials`` does not want the kind counted as new; asked only where it is allowed."""
    if kinds.is_required(kind):
        return set()
    rows = Preferences.objects.filter(muted__contains=[kinds.group_of(kind)])
    return set(rows.filter(official__in=officials).values_list("official_id", flat=True))


@transaction.atomic
def save(*, by: Official, chosen: Preferences, now: datetime) -> Preferences:
    """Keep what the person chose for themselves; Invalid lists all faults."""
    del now
    if faults := _faults(chosen):
        raise Invalid(_("Some choices need correction."), faults)
    Official.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two windows at once
    values = {name: getattr(chosen, name) for name in FIELDS}
    row, _created = Preferences.objects.update_or_create(official=by, defaults=values)
    return row


def _faults(chosen: Preferences) -> list[Fault]:
    groups = kinds.groups()
    faults = [
        Fault("muted", _("“%(name)s” always counts as new.") % {"name": groups[key].label})
        for key in chosen.muted
        if key in groups and groups[key].required
    ]
    faults += [
        Fault(field, _("There is no group “%(name)s”.") % {"name": key})
        for field in ("muted", "unmailed")
        for key in getattr(chosen, field)
        if key not in groups
    ]
    begin, end = chosen.quiet_from, chosen.quiet_until
    if (begin is None) is not (end is None):
        field = "quiet_until" if end is None else "quiet_from"
        message = _("Quiet hours need a beginning and an end.")
        faults.append(Fault(field, message, _("Fill in both, or none.")))
    elif begin is not None and begin == end:
        message = _("Quiet hours that end when they begin would never end.")
        faults.append(Fault("quiet_until", message, _("Choose another end.")))
    return faults
