"""What must be right before an application is sent (Decree 809 article 20, R12): all faults at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog import access as catalog_access
from catalog.models import DataItem, Mode, ResourceStatus, SharingType
from portal.errors import Fault, Invalid
from portal.organisation.models import Official
from sharing import access, planning
from sharing.actions import content as contents
from sharing.actions import emergencies
from sharing.approval.clocks import local_day
from sharing.models import Application, ApplicationItem

Words = str | Promise

_TEXTS: Final[dict[str, tuple[Words, Words]]] = {
    "use_basis": (
        _("The legal basis of use is missing."),
        _("Name the law, regulation or duty the data is needed for (article 20)."),
    ),
    "use_scenario": (
        _("The use scenario is missing."),
        _("Describe the business in which the data is used (article 20)."),
    ),
    "use_scope": (
        _("The scope of use is missing."),
        _("Say who uses the data and where it stays (article 20)."),
    ),
}


def submission_faults(
    application: Application, item: ApplicationItem, *, by: Official, now: datetime
) -> list[Fault]:
    """Everything that keeps the application from being sent, in the order of the form.

    Expects ``item.version`` to be the live version. The chain is planned only when nothing else
    is wrong with the entry, because it would repeat the same faults.
    """
    common = common_faults(application, by=by, on=local_day(now))
    chained = not any(fault.field == "department" for fault in common)
    return common + item_faults(application, item, by=by, now=now, chained=chained)


def common_faults(application: Application, *, by: Official, on: date) -> list[Fault]:
    """What is wrong with what the application says once for all its items."""
    entered = contents.common_of(application)
    return [
        *_person(application, by, on),
        *_texts(application),
        *contents.value_faults(entered),
        *_period(application, on),
    ]


def item_faults(
    application: Application, item: ApplicationItem, *, by: Official, now: datetime,
    chained: bool = True,
) -> list[Fault]:  # fmt: skip
    """What is wrong with one entry of the application; ``chained`` plans its chain as well."""
    on = local_day(now)
    faults = [
        *contents.value_faults({"row_region": item.row_region_id}),
        *_fields(item),
        *_mode(application, item),
        *_emergency(application, item, on),
        *_rows(application, item, on),
        *_entry(application, item, by, on),
    ]
    if chained and not any(fault.field in {"resource", "fields"} for fault in faults):
        faults += _chain(application, item, now)
    return faults


@dataclass(frozen=True, slots=True)
class BasketFaults:
    """Everything that keeps an application with all its items from being sent."""

    common: list[Fault]
    by_item: dict[UUID, list[Fault]]
    titles: dict[UUID, str]

    @property
    def ready(self) -> list[UUID]:
        """Items with which nothing is wrong."""
        return [pk for pk, faults in self.by_item.items() if not faults]

    @property
    def all(self) -> list[Fault]:
        """In the order of the page; with several items each fault names its entry.

        The field of such a fault is ``item-<id>-<field>``, so that no two share an anchor.
        """
        if len(self.by_item) == 1:
            return [*self.common, *(fault for found in self.by_item.values() for fault in found)]
        named = [
            replace(
                fault,
                field=f"item-{pk}-{fault.field}",
                message=_("%(entry)s: %(fault)s")
                % {"entry": self.titles[pk], "fault": fault.message},
            )
            for pk, found in self.by_item.items()
            for fault in found
        ]
        return [*self.common, *named]


def basket_faults(
    application: Application, items: Sequence[ApplicationItem], *, by: Official, now: datetime
) -> BasketFaults:
    """All faults of the application and each item at once; see ``submission_faults``."""
    common = common_faults(application, by=by, on=local_day(now))
    chained = not any(fault.field == "department" for fault in common)
    return BasketFaults(
        common,
        {
            item.pk: item_faults(application, item, by=by, now=now, chained=chained)
            for item in items
        },
        {item.pk: item.version.title for item in items},
    )


def _person(application: Application, by: Official, on: date) -> Iterator[Fault]:
    if not access.may_apply_for(by, application.department_id, on):
        yield Fault(
            "department",
            _("You hold no post in %(department)s.") % {"department": application.department.name},
            _("An official of the department sends the application."),
            "no_post",
        )


def _texts(application: Application) -> Iterator[Fault]:
    for key, (message, remedy) in _TEXTS.items():
        if not getattr(application, key).strip():
            yield Fault(key, message, remedy, "required")


def _period(application: Application, on: date) -> Iterator[Fault]:
    starts, ends = application.starts_on, application.ends_on
    if starts is None:
        yield Fault(
            "starts_on", _("The beginning of use is missing."), _("Enter a date."), "required"
        )
    if ends is None:
        yield Fault("ends_on", _("The end of use is missing."), _("Enter a date."), "required")
    if starts is None or ends is None or ends < starts:
        return
    if ends < on:
        yield Fault(
            "ends_on",
            _("The period of use is already over."),
            _("Choose a later end."),
            "period_past",
        )
    years = settings.USE_PERIOD_YEARS
    if ends > _years_later(starts, years):
        yield Fault(
            "ends_on",
            _("The period of use is longer than %(years)d years.") % {"years": years},
            _("Choose an earlier end; a grant can be applied for again."),
            "period_too_long",
        )


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, month=3, day=1)


def _fields(item: ApplicationItem) -> Iterator[Fault]:
    if not item.fields:
        yield Fault(
            "fields", _("No data item is chosen."), _("Choose the data items you need."), "required"
        )
        return
    yield from contents.field_faults(item.fields, item.version_id)
    closed = DataItem.objects.filter(
        version=item.version_id, key__in=item.fields, sharing_type=SharingType.NON_SHARED
    )
    if names := [row.name for row in closed.order_by("position")]:
        yield Fault(
            "fields",
            _("These data items are not shared: %(names)s.") % {"names": "、".join(names)},
            _("Leave them out."),
            "not_shared",
        )


SUPPLIED: Final = (Mode.FILE.value,)
"""Modes in which this portal supplies data; an entry may name others."""


def _mode(application: Application, item: ApplicationItem) -> Iterator[Fault]:
    allowed = [mode for mode in item.version.sharing_modes if mode in SUPPLIED]
    if application.mode in Mode.values and application.mode not in allowed:
        labels = "、".join(str(Mode(mode).label) for mode in allowed)
        yield Fault(
            "mode",
            _("The entry cannot be had in this mode."),
            _("Choose one of: %(modes)s.") % {"modes": labels or "–"},
            "mode_not_offered",
        )


def _emergency(application: Application, item: ApplicationItem, on: date) -> Iterator[Fault]:
    """The policy of the region may allow access before consent; reflux and careful data never."""
    if not application.emergency:
        return
    rules = emergencies.rules_for(item, on)
    if not rules.days or application.reflux:
        yield Fault(
            "emergency",
            _("There are no grants before consent here, not even in an emergency."),
            _("Send the application without this mark and call the holders named in the chain."),
            "emergency_not_offered",
        )
    grades = item.version.items.filter(key__in=item.fields).values_list("grade", flat=True)
    if max(grades, default=0) > int(rules.max_grade):
        yield Fault(
            "emergency",
            _("The application asks for data of a grade that is never given before consent."),
            _("Leave the data items of higher grade out, or send it without this mark."),
            "too_careful",
        )


def _rows(application: Application, item: ApplicationItem, on: date) -> Iterator[Fault]:
    own = application.department.region
    if application.reflux and item.row_region_id != own.code:
        yield Fault(
            "row_region",
            _("Data returned to a lower level covers the rows of the own region only."),
            _("Choose %(region)s (article 24).") % {"region": own.name},
            "rows_not_own_region",
        )
    if item.row_region is not None and item.row_region.is_abolished(on):
        successor = item.row_region.today(on)
        yield Fault(
            "row_region",
            _("%(region)s was abolished.") % {"region": item.row_region.name},
            _("Choose %(region)s.") % {"region": successor.name} if successor else "",
            "abolished",
        )
    if item.row_region_id and not item.version.splittable:
        yield Fault(
            "row_region",
            _("The entry cannot be split by region."),
            _("Ask for all rows, or ask the provider to name the region column."),
            "not_splittable",
        )


def _entry(
    application: Application, item: ApplicationItem, by: Official, on: date
) -> Iterator[Fault]:
    entry = item.resource
    seen = catalog_access.visible_to(by, on).filter(pk=entry.pk).exists()
    if not seen or entry.status != ResourceStatus.PUBLISHED or entry.live_id is None:
        yield Fault(
            "resource",
            _("The entry is not in the catalog any more."),
            _("Look for another entry, or ask the provider."),
            "not_published",
        )
        return
    open_items = ApplicationItem.objects.filter(
        demander=application.department, resource=entry, status__in=ApplicationItem.OPEN_STATUSES
    )
    if other := open_items.exclude(pk=item.pk).select_related("application").first():
        yield Fault(
            "resource",
            _("Your department already has an open application for this entry: %(number)s.")
            % {"number": other.application.number},
            _("Wait for its decision, or withdraw it first."),
            "duplicate",
        )


def _chain(application: Application, item: ApplicationItem, now: datetime) -> list[Fault]:
    try:
        planning.plan(application, item, now)
    except Invalid as error:
        return list(error.faults) or [Fault("chain", error.message, error.remedy)]
    return []
