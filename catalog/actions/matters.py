"""Keeping business matters and the data they need."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.access import manages_department, visible_to
from catalog.models import SHOWN_STATUSES, DataItem, Resource, ServiceItem, ServiceItemNeed
from portal.errors import Fault, Forbidden, Invalid
from portal.ledger.records import difference, record
from portal.organisation.models import Official

MATTER_FIELDS = ("department", "code", "name", "kind", "basis", "state")


@dataclass(frozen=True, slots=True)
class NeedContent:
    """What a matter has to know, the entry that says it if there is one, and which of its items."""

    text: str
    resource: Resource | None = None
    fields: tuple[str, ...] = ()


@transaction.atomic
def save_matter(
    *,
    by: Official | None,
    matter: ServiceItem,
    needs: Sequence[NeedContent] | None = None,
    now: datetime,
) -> ServiceItem:
    """Enter a matter, or what changed about one; ``needs`` None leaves its needs as they are.

    Forbidden for officials who do not look after the department; Invalid lists every fault, such
    as an entry that ``by`` does not see. An entry that was matched before may stay.
    """
    on = timezone.localdate(now)
    before = ServiceItem.objects.select_for_update().filter(pk=matter.pk).first()
    departments = {d.pk: d for d in (matter.department, before and before.department) if d}
    if by is not None and not all(manages_department(by, d, on) for d in departments.values()):
        raise Forbidden(_("The matter belongs to another department."))
    matter.updated_at = now
    if faults := [*_matter_faults(matter), *need_faults(by, matter, needs or (), now)]:
        raise Invalid(_("The matter cannot be saved like this."), faults)
    matter.save()
    if needs is not None:
        matter.needs.all().delete()
        ServiceItemNeed.objects.bulk_create(
            ServiceItemNeed(
                item=matter, position=position, text=need.text.strip(), resource=need.resource,
                fields=list(need.fields),
            )
            for position, need in enumerate(needs)
        )  # fmt: skip
    record(
        "matter.changed" if before else "matter.added",
        by=by,
        obj=matter,
        now=now,
        departments=sorted(departments),
        data={
            **difference(before, matter, MATTER_FIELDS),
            "needs": matter.needs.count(),
            "matched": matter.needs.filter(resource__isnull=False).count(),
        },
    )
    return matter


def _matter_faults(matter: ServiceItem) -> list[Fault]:
    try:
        matter.full_clean()
    except ValidationError as error:
        return [
            Fault("" if name == "__all__" else name, message, _("Correct it and save again."))
            for name, messages in error.message_dict.items()
            for message in messages
        ]
    return []


def need_faults(
    by: Official | None, matter: ServiceItem, needs: Sequence[NeedContent], now: datetime
) -> list[Fault]:
    """What is wrong with the needs: texts, entries that are not seen, items they do not have."""
    faults: list[Fault] = []
    known = set(matter.needs.values_list("resource", flat=True))
    wanted = {need.resource.pk for need in needs if need.resource is not None}
    seen = Resource.objects.all() if by is None else visible_to(by, timezone.localdate(now))
    seen_ids = set(
        seen.filter(pk__in=wanted, status__in=SHOWN_STATUSES).values_list("pk", flat=True)
    )
    for number, need in enumerate(needs):
        place = f"needs[{number}]."
        if not need.text.strip() or len(need.text) > 200:
            message = _("A need has no text, or one of more than 200 characters.")
            faults.append(Fault(f"{place}text", message, _("Say what has to be known."), "missing"))
        if need.resource is not None and need.resource.pk not in seen_ids | known:
            message = _("There is no such entry in the catalog.")
            remedy = _("Choose an entry of the catalog, or leave it empty.")
            faults.append(Fault(f"{place}resource", message, remedy, "unknown"))
        elif unknown := unknown_items(need):
            faults.append(
                Fault(
                    f"{place}fields",
                    _("The entry has no such data items: %(keys)s") % {"keys": ", ".join(unknown)},
                    _("Take the keys from the page of the entry."),
                    "unknown",
                )
            )
    return faults


def unknown_items(need: NeedContent) -> list[str]:
    """Keys that the live version of the entry does not have; all of them without an entry."""
    if not need.fields:
        return []
    live = need.resource.live_id if need.resource is not None else None
    keys = set(DataItem.objects.filter(version=live).values_list("key", flat=True))
    return [key for key in need.fields if key not in keys]
