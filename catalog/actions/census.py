"""Keeping the census of information systems (R40)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.access import manageable_by, manages_department
from catalog.models import InformationSystem, Resource
from portal.errors import Fault, Forbidden, Invalid
from portal.ledger.records import record
from portal.organisation.models import Official

_FIELDS = (
    "department", "name", "purpose", "state", "network", "link_status", "linked_on", "obstacle",
    "built_on", "protection_level", "records", "counted_on",
)  # fmt: skip


@transaction.atomic
def save_system(
    *,
    by: Official | None,
    system: InformationSystem,
    resources: Iterable[Resource] | None = None,
    now: datetime,
) -> InformationSystem:
    """Enter a new system, or what changed about one; ``resources`` None leaves its entries.

    Forbidden for officials who do not look after the department; Invalid lists every fault, such
    as an entry of ``resources`` that ``by`` does not look after.
    """
    on = timezone.localdate(now)
    before = InformationSystem.objects.select_for_update().filter(pk=system.pk).first()
    departments = {d.pk: d for d in (system.department, before and before.department) if d}
    if by is not None and not all(manages_department(by, d, on) for d in departments.values()):
        raise Forbidden(_("The system belongs to another department."))
    chosen = None if resources is None else list(resources)
    if faults := [*_system_faults(system), *_entry_faults(by, chosen or [], now)]:
        raise Invalid(_("The system cannot be saved like this."), faults)
    system.save()
    if chosen is not None:
        system.resources.set(chosen)
    record(
        "system.changed" if before else "system.added",
        by=by,
        obj=system,
        now=now,
        departments=sorted(departments),
        data=_change(before, system),
    )
    return system


def _change(before: InformationSystem | None, system: InformationSystem) -> dict[str, Any]:
    new = {name: system.serializable_value(name) for name in _FIELDS}
    if before is None:
        return new
    old = {name: before.serializable_value(name) for name in _FIELDS}
    changed = [name for name in _FIELDS if old[name] != new[name]]
    return {
        "before": {name: old[name] for name in changed},
        "after": {name: new[name] for name in changed},
    }


def _system_faults(system: InformationSystem) -> list[Fault]:
    try:
        system.full_clean()
    except ValidationError as error:
        return [
            Fault("" if name == "__all__" else name, message, _("Correct it and save again."))
            for name, messages in error.message_dict.items()
            for message in messages
        ]
    return []


def _entry_faults(by: Official | None, chosen: list[Resource], now: datetime) -> list[Fault]:
    if by is None:
        return []
    wanted = {resource.pk: resource for resource in chosen}
    own = manageable_by(by, timezone.localdate(now)).filter(pk__in=wanted)
    strange = [wanted[pk] for pk in wanted.keys() - set(own.values_list("pk", flat=True))]
    return [
        Fault(
            "resources",
            _("The entry “%(name)s” is not looked after by your department.") % {"name": entry},
            _("Choose entries of the system's department."),
            "foreign",
        )
        for entry in strange
    ]
