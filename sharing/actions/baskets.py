"""Several entries in one application: filling it, taking out of it, sending all of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from catalog import access as catalog_access
from catalog.hooks import reasons_against_applying
from catalog.models import Mode, Resource, ServiceItem
from portal.errors import Invalid, NotAllowed
from portal.organisation.models import Department, Official
from sharing.actions import content as contents
from sharing.actions.checks import basket_faults
from sharing.actions.commands import submit_application
from sharing.actions.drafts import (
    add_item,
    draft,
    enter_draft,
    live_version,
    lock_draft,
)
from sharing.actions.statements import twin_of
from sharing.approval.clocks import local_day
from sharing.cautions import cautions_of
from sharing.matters import NeedState, propose
from sharing.models import Application, ApplicationItem

A_YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a basket; ``left`` is the new draft of what could not be sent yet."""

    application: Application
    left: Application | None = None


def open_baskets(official: Official, department_id: int | None = None) -> QuerySet[Application]:
    """The official's own drafts, the one worked on last first."""
    found = Application.objects.filter(applicant=official, submitted_at__isnull=True)
    if department_id is not None:
        found = found.filter(department=department_id)
    return found.order_by("-updated_at", "-pk")


@transaction.atomic
def put_in(
    *, by: Official, application_id: UUID | str, resource: Resource, fields: Sequence[str] = (),
    now: datetime,
) -> ApplicationItem:  # fmt: skip
    """Put an entry into a basket; one that is there already gets the fields in addition.

    Raises NotVisible for an entry or draft the official does not see, NotAllowed when the entry
    cannot be applied for, the basket is full, was sent or is somebody else's, Invalid for fields.
    """
    application, items = lock_draft(by, application_id, now)
    item = _put(application, items, resource, fields, by, now)
    _touched(application, now)
    enter_draft(application, "application.item_added", by=by, now=now, item=item)
    return item


def _put(
    application: Application, items: list[ApplicationItem], resource: Resource,
    fields: Sequence[str], by: Official, now: datetime,
) -> ApplicationItem:  # fmt: skip
    entry = catalog_access.get_visible(by, resource.pk, local_day(now))
    own = {application.department_id}
    if reason := reasons_against_applying(by, local_day(now), [entry], own).get(entry.pk):
        raise NotAllowed(
            str(reason.text) % reason.params if reason.params else reason.text,
            remedy=_("Choose another entry."),
            code=reason.code,
        )
    version = live_version(entry)
    if faults := contents.field_faults(fields, version.pk):
        raise Invalid(_("Some entries need correction."), faults)
    for item in items:
        if item.resource_id == entry.pk:
            known = [*item.fields, *(key for key in fields if key not in item.fields)]
            order = list(version.items.order_by("position", "pk").values_list("key", flat=True))
            item.fields = [key for key in order if key in known]
            item.version = version
            item.save(update_fields=["fields", "version"])
            return item
    if len(items) >= settings.BASKET_MAX:
        raise NotAllowed(
            _("The basket holds %(count)d entries already.") % {"count": len(items)},
            remedy=_("Send it, or begin another application."),
            code="basket_full",
        )
    item = add_item(application, entry, fields, row_region=application.department.region_id)
    items.append(item)
    return item


@transaction.atomic
def take_out(
    *, by: Official, application_id: UUID | str, item_id: UUID | str, now: datetime
) -> Application:
    """Take one entry out of a draft; the last one stays, the draft is discarded instead."""
    application, items = lock_draft(by, application_id, now)
    found = [item for item in items if str(item.pk) == str(item_id)]
    if not found:
        return application  # a second click: it is out already
    if len(items) == 1:
        raise NotAllowed(
            _("An application asks for one entry at least."),
            remedy=_("Discard the draft, or put another entry in first."),
            code="last_item",
        )
    enter_draft(application, "application.item_removed", by=by, now=now, item=found[0])
    found[0].delete()
    _touched(application, now)
    return application


@transaction.atomic
def for_matter(
    *, by: Official, department: Department, matter: ServiceItem, now: datetime,
    chosen: Sequence[UUID | str] | None = None, application_id: UUID | str | None = None,
) -> Application:  # fmt: skip
    """Put everything a matter needs and the department has not into one basket at once.

    ``chosen`` keeps only these entries; ``application_id`` is a draft to fill instead of a new
    one. Raises NotAllowed when nothing is left to apply for.
    """
    on = local_day(now)
    if matter.department_id != department.pk:
        raise NotAllowed(
            _("The matter is another department's."),
            remedy=_("Choose a matter of the department you apply for."),
            code="not_own_matter",
        )
    wanted = None if chosen is None else {str(pk) for pk in chosen}
    asked = [
        one
        for one in propose(matter, by, department, on)
        if one.state is NeedState.ASK
        and one.entry is not None
        and (wanted is None or str(one.entry.pk) in wanted)
    ]
    if not asked:
        raise NotAllowed(
            _("There is nothing to apply for: all that exists is granted or applied for."),
            remedy=_("Ask for what does not exist at the demand desk."),
            code="nothing_to_ask",
        )
    pairs = [(one.entry, [item.key for item in one.fields]) for one in asked if one.entry]
    if application_id is None:
        entry, fields = pairs.pop(0)
        content = suggested(entry, department, on) | {
            "use_basis": matter.basis[: contents.TEXT_LENGTH],
            "use_scenario": matter.name,
        }
        application = draft(
            by=by, department=department, resource=entry, fields=fields, content=content, now=now
        )
        application_id = application.pk
    application, items = lock_draft(by, application_id, now)
    if application.department_id != department.pk:
        raise NotAllowed(
            _("The basket is another department's."),
            remedy=_("Choose a basket of the department you apply for."),
            code="other_department",
        )
    for entry, fields in pairs:
        item = _put(application, items, entry, fields, by, now)
        enter_draft(application, "application.item_added", by=by, now=now, item=item)
    application.matter = matter
    application.save(update_fields=["matter"])
    _touched(application, now)
    return application


def suggested(entry: Resource, department: Department, on: date) -> dict[str, Any]:
    """What a new application begins with: the own region's rows, a year from today."""
    version = live_version(entry)
    modes = version.sharing_modes or [Mode.FILE.value]
    return {
        "row_region": department.region_id if version.splittable else None,
        "mode": Mode.FILE.value if Mode.FILE in modes else modes[0],
        "starts_on": on,
        "ends_on": on + A_YEAR,
    }


def submit_basket(
    *, by: Official, application_id: UUID | str, seen: int = 0, now: datetime,
    only_ready: bool = False,
) -> Sent:  # fmt: skip
    """Send every item of a draft into its own chain: all of them or none.

    With ``only_ready`` the items that cannot be sent yet go into a new draft with the same
    statement, and the others are sent. What the applicant was warned of is kept with each item.
    Raises Invalid with every fault of every item, NotAllowed when it was sent already.
    """
    with transaction.atomic():
        application, items = lock_draft(by, application_id, now)
        for item in items:
            item.version = live_version(item.resource) if item.resource.live else item.version
        faults = basket_faults(application, items, by=by, now=now)
        ready = [item for item in items if item.pk in set(faults.ready)]
        if faults.common or not ready or (len(ready) < len(items) and not only_ready):
            raise Invalid(_("The application cannot be sent yet."), faults.all)
        left = _set_aside(application, items, ready, by, now)
        found = cautions_of(application, ready)
        for item in ready:
            item.warnings = [caution.as_json() for caution in found[item.pk]]
            item.save(update_fields=["warnings"])
        sent = submit_application(by=by, application_id=application.pk, seen=seen, now=now)
    return Sent(sent, left)


def _set_aside(
    application: Application, items: Sequence[ApplicationItem], ready: Sequence[ApplicationItem],
    by: Official, now: datetime,
) -> Application | None:  # fmt: skip
    """Move what cannot be sent into a draft of its own, with the same words and files."""
    kept = {item.pk for item in ready}
    others = [item for item in items if item.pk not in kept]
    if not others:
        return None
    left = twin_of(application, now, submitted_at=None)
    for item in others:
        item.application = left
        item.save(update_fields=["application"])
        enter_draft(left, "application.item_set_aside", by=by, now=now, item=item)
    return left


def _touched(application: Application, now: datetime) -> None:
    application.updated_at = now
    application.save(update_fields=["updated_at"])
