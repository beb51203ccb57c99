"""The three lists 三清单 – demand, responsibility, negative – produced from data (R33).

Nothing is kept: each list is what the reader sees of the catalog, the demand desk and the
applications at this moment.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Any, Final

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from catalog import hooks
from catalog.access import visible_to
from catalog.actions.faults import ARTICLE, is_national_basis
from catalog.demands import demands_visible_to
from catalog.models import (
    OPEN_DEMANDS,
    SHOWN_STATUSES,
    Demand,
    DemandStatus,
    Mode,
    Resource,
    SharingType,
    UpdateCycle,
)
from catalog.presenting.demands import tag_of
from portal.errors import NotAllowed, Text
from portal.organisation.models import Department, Official, Region
from portal.pages.dates import full_day
from portal.sheet_writing import HEADING, SheetWriter, save

BATCH: Final = 500
MOST_IN_A_BOOK: Final = 50_000
DEMAND, RESPONSIBILITY, NEGATIVE = "demand", "responsibility", "negative"


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose list it is: one department's, a region's with all below it, or everybody's."""

    region: str = ""
    department: int | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Choice":
        """Read it from an address; what cannot be is left out."""
        department, region = str(given.get("department", "")), str(given.get("region", ""))
        known = department.isascii() and department.isdigit() and len(department) < 18
        return cls(
            region if region.isascii() and region.isdigit() else "",
            int(department) if known else None,
        )

    def departments(self) -> QuerySet[Department]:
        """The departments chosen."""
        found: QuerySet[Department] = Department.objects.all()
        if self.region:
            place = Region.objects.filter(pk=self.region).first()
            places = Region.objects.under(place) if place else Region.objects.none()
            found = found.filter(region__in=places)
        if self.department is not None:
            found = found.filter(pk=self.department)
        return found.order_by()

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return not self.region and self.department is None


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list; ``entry`` or ``demand`` is where its title leads, ``flag`` what is wrong.

    ``title_place`` says which cell the title is, from 1 on.
    """

    cells: Sequence[str]
    entry: Any = None
    demand: Any = None
    flag: str = ""
    title_place: int = 2


@dataclass(slots=True)
class Rows:
    """The rows of a list, fetched when they are needed: what a paginator and an export want."""

    counts: Sequence[Callable[[], int]]
    fetchers: Sequence[Callable[[int, int], list[Line]]]
    _known: list[int] = field(default_factory=list)

    def count(self) -> int:
        """How many there are."""
        return sum(self._counted())

    def _counted(self) -> list[int]:
        if not self._known:
            self._known = [count() for count in self.counts]
        return self._known

    __len__ = count

    def __getitem__(self, wanted: slice) -> list[Line]:
        start, stop = wanted.start or 0, wanted.stop
        lines: list[Line] = []
        for size, fetch in zip(self._counted(), self.fetchers, strict=True):
            if start < size and stop > 0:
                lines += fetch(max(start, 0), min(stop, size))
            start, stop = start - size, stop - size
        return lines

    def __iter__(self) -> Iterator[Line]:
        for start in range(0, self.count(), BATCH):
            yield from self[start : start + BATCH]


@dataclass(frozen=True, slots=True)
class ThreeList:
    """One of the three: its name, what it says, its columns, where its rows come from."""

    kind: str
    name: Text
    text: Text
    columns: Sequence[tuple[Text, int]]
    rows: Callable[[Official, date, Choice], Rows]


# --- demand --------------------------------------------------------------------------------


def _demand_rows(official: Official, on: date, choice: Choice) -> Rows:
    chosen = choice.departments()
    seen = demands_visible_to(official, on).filter(
        department__in=chosen, status__in=[*OPEN_DEMANDS, DemandStatus.ANSWERED]
    )
    seen = seen.select_related("department", "responder", "authority", "entry__live")
    seen = seen.order_by("-created_at", "pk")
    applied = hooks.applied_for(official, on, chosen)
    counts: list[Callable[[], int]] = [seen.count]
    fetchers: list[Callable[[int, int], list[Line]]] = [
        lambda start, stop: [_demand_line(one) for one in seen[start:stop]]
    ]
    if applied is not None:
        counts.append(applied.count)
        fetchers.append(
            lambda start, stop: [_applied_line(one) for one in applied.rows(start, stop)]
        )
    return Rows(counts, fetchers)


def _demand_line(one: Demand) -> Line:
    with_whom = one.responder or one.authority
    return Line(
        (
            _("demand desk"), one.number, one.title, "、".join(one.wanted_items),
            one.department.name, with_whom.name, full_day(one.created_at.date()),
            str(tag_of(one)[1]),
        ),
        demand=one.pk, title_place=3,
    )  # fmt: skip


def _applied_line(one: hooks.AppliedRow) -> Line:
    return Line(
        (
            _("application for an entry"), one.number, one.title, "、".join(one.items), one.department,
            one.provider, full_day(one.on.date()) if one.on else "", str(one.state),
        ),
        entry=one.resource_id, title_place=3,
    )  # fmt: skip


# --- responsibility and negative -----------------------------------------------------------


def _entries(official: Official, on: date, choice: Choice, types: Collection[str]) -> Any:
    seen = visible_to(official, on).filter(
        status__in=SHOWN_STATUSES, live__sharing_type__in=list(types)
    )
    if not choice.is_everything:
        seen = seen.filter(provider__in=choice.departments())
    return seen.select_related("provider", "live").order_by("provider_id", "code", "pk")


def _responsibility_rows(official: Official, on: date, choice: Choice) -> Rows:
    shared = (SharingType.UNCONDITIONAL, SharingType.CONDITIONAL)
    found = _entries(official, on, choice, shared)
    listed = found.annotate(items_in_all=Count("live__items"))
    return Rows([found.count], [lambda a, b: [_shared_line(one) for one in listed[a:b]]])


def _shared_line(one: Any) -> Line:
    live = one.live
    return Line(
        (
            one.code or "", live.title, one.provider.name, str(live.get_sharing_type_display()),
            live.sharing_condition, "、".join(str(Mode(mode).label) for mode in live.sharing_modes),
            str(UpdateCycle(live.update_cycle).label) if live.update_cycle else "",
            str(one.items_in_all),
        ),
        entry=one.pk,
    )  # fmt: skip


def _negative_rows(official: Official, on: date, choice: Choice) -> Rows:
    found = _entries(official, on, choice, (SharingType.NON_SHARED,))
    return Rows([found.count], [lambda a, b: [_withheld_line(one) for one in found[a:b]]])


def _withheld_line(one: Resource) -> Line:
    live = one.live
    reason, citation = (live.sharing_condition, live.sharing_citation) if live else ("", "")
    flag = "" if is_cited(citation) else _("no law, regulation or decision with its article")
    return Line(
        (one.code or "", str(one), one.provider.name, reason, citation, flag),
        entry=one.pk, flag=flag,
    )  # fmt: skip


def is_cited(citation: str) -> bool:
    """Whether the text names what can exempt data from sharing, with its article (R04)."""
    return is_national_basis(citation) and ARTICLE.search(citation) is not None


LISTS: Final[Mapping[str, ThreeList]] = {
    DEMAND: ThreeList(
        DEMAND,
        gettext_lazy("Demand list"),
        gettext_lazy("What departments need for their duties: asked for at the demand desk, or applied for."),
        (
            (gettext_lazy("Source"), 12), (gettext_lazy("Number"), 26), (gettext_lazy("Data"), 34),
            (gettext_lazy("Data items"), 40), (gettext_lazy("Asking department"), 24),
            (gettext_lazy("With whom"), 24), (gettext_lazy("Since"), 16),
            (gettext_lazy("State"), 18),
        ),
        _demand_rows,
    ),
    RESPONSIBILITY: ThreeList(
        RESPONSIBILITY,
        gettext_lazy("Responsibility list"),
        gettext_lazy("What each department shares by its statutory duty."),
        (
            (pgettext_lazy("column", "Resource code"), 18), (gettext_lazy("Data"), 34),
            (gettext_lazy("Provider"), 24), (gettext_lazy("Sharing type"), 14),
            (gettext_lazy("Condition of use"), 40), (gettext_lazy("Sharing modes"), 20),
            (gettext_lazy("Update cycle"), 12), (gettext_lazy("Data items"), 10),
        ),
        _responsibility_rows,
    ),
    NEGATIVE: ThreeList(
        NEGATIVE,
        gettext_lazy("Negative list"),
        gettext_lazy("What is not shared, with the reason and the law that says so."),
        (
            (pgettext_lazy("column", "Resource code"), 18), (gettext_lazy("Data"), 34),
            (gettext_lazy("Provider"), 24), (gettext_lazy("Reason"), 40),
            (gettext_lazy("Legal basis"), 40), (gettext_lazy("What is missing"), 30),
        ),
        _negative_rows,
    ),
}  # fmt: skip


def write_list(one: ThreeList, rows: Rows, target: IO[bytes]) -> int:
    """The list as a workbook; return how many rows. NotAllowed when a sheet cannot hold it."""
    if rows.count() > MOST_IN_A_BOOK:
        raise NotAllowed(
            _("A workbook cannot hold a list of %(count)s rows.") % {"count": f"{rows.count():,}"},
            remedy=gettext_lazy("Choose a region or a department."),
            code="too_many",
        )
    sheet = SheetWriter(str(one.name), [width for _label, width in one.columns])
    try:
        sheet.add([str(label) for label, _width in one.columns], style=HEADING)
        for line in rows:
            sheet.add(line.cells)
        save([sheet], target)
    finally:
        sheet.close()
    return rows.count()
