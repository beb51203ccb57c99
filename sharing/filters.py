"""Narrowing lists of stages and reading them page by page, each page as fast as the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Self

from django.db.models import Q, QuerySet

from catalog.models import SharingType
from portal.organisation.models import Department, Official
from portal.worktime.calendar import Calendar
from sharing import access
from sharing.models import ApplicationItem, ItemStage

COUNTED: Final = 1_000
"""How far lists are counted; people do not need to know more precisely how much too much it is."""
SOON: Final = 2
"""Working days within which something is due soon."""
ORDER: Final = ("due_on", "opened_at", "id")
"""The order of every list of stages."""
_KINDS: Final[dict[str, Q]] = {
    "unconditional": Q(item__version__sharing_type=SharingType.UNCONDITIONAL)
    & Q(item__application__reflux=False),
    "conditional": Q(item__version__sharing_type=SharingType.CONDITIONAL)
    & Q(item__application__reflux=False),
    "reflux": Q(item__application__reflux=True),
    "emergency": Q(item__application__emergency=True),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of stages is narrowed to; empty words narrow nothing."""

    due: str = ""
    kind: str = ""
    department: str = ""

    def apply(
        self, stages: QuerySet[ItemStage], on: date, calendar: Calendar
    ) -> QuerySet[ItemStage]:
        """Those of ``stages`` that fit; words that mean nothing are passed over."""
        if self.due == "late":
            stages = stages.filter(due_on__lt=on)
        elif self.due == "soon":
            stages = stages.filter(due_on__range=(on, calendar.add_working_days(on, SOON).on))
        if self.kind in _KINDS:
            stages = stages.filter(_KINDS[self.kind])
        if words := self.department.strip():
            named = Department.objects.filter(name__icontains=words).order_by()
            ids = list(named.values_list("pk", flat=True))
            stages = stages.filter(Q(item__demander__in=ids) | Q(item__provider__in=ids))
        return stages


KINDS: Final = tuple(_KINDS)


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is, up to COUNTED."""

    total: int
    late: int
    soon: int


def counts(parts: Sequence[QuerySet[ItemStage]], on: date, calendar: Calendar) -> Counts:
    """All stages of ``parts``, those overdue and those due soon; the earliest are counted first."""
    soon = calendar.add_working_days(on, SOON).on
    days = [due for _pk, due, _at in _first(parts, ORDER, COUNTED)]
    return Counts(
        total=len(days),
        late=sum(due is not None and due < on for due in days),
        soon=sum(due is not None and on <= due <= soon for due in days),
    )


def total(parts: Sequence[QuerySet[ItemStage]]) -> int:
    """How many stages there are in ``parts``, up to COUNTED."""
    return len(_first(parts, ORDER, COUNTED))


def _first(
    parts: Sequence[QuerySet[ItemStage]], order: Sequence[str], size: int
) -> list[tuple[int, date | None, datetime | None]]:
    """Key, due date and opening of the first ``size`` stages that are in one of ``parts``."""
    heads = [part.order_by(*order).values_list("pk", *ORDER[:2])[:size] for part in parts]
    if len(heads) == 1:
        return list(heads[0])
    # without duplicates, for a stage may be in several parts
    together = heads[0].union(*heads[1:]).order_by(*("pk" if n == "id" else n for n in order))
    return list(together[:size])


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the sort key of its last stage."""

    due_on: date | None
    at: datetime | None
    pk: int

    @classmethod
    def of(cls, stage: ItemStage) -> Self:
        """The place of a stage in lists by due date."""
        return cls(stage.due_on, stage.opened_at, stage.pk)

    def __str__(self) -> str:
        due = self.due_on.isoformat() if self.due_on else ""
        at = self.at.isoformat() if self.at else ""
        return f"{due}~{at}~{self.pk}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The place that ``str`` wrote; None for anything else."""
        try:
            due, at, pk = text.split("~")
            key = int(pk)
            if not 0 < key < 2**63 or not pk.isascii():
                return None
            return cls(
                date.fromisoformat(due) if due else None,
                datetime.fromisoformat(at).astimezone() if at else None,
                key,
            )
        except (ValueError, OverflowError):
            return None


def page(
    parts: Sequence[QuerySet[ItemStage]],
    after: Place | None,
    size: int,
    loaded: QuerySet[ItemStage],
) -> tuple[list[ItemStage], Place | None]:
    """The next ``size`` stages of ``parts`` by due date, and where the page after it begins, if any.

    ``loaded`` says what is read of each. At most three queries, of which those that look for
    stages begin where the page begins: those with a due date come first.
    """
    keys: list[int] = []
    if after is None or after.due_on is not None:
        fits = Q(due_on__isnull=False)
        if after is not None:
            later = Q(due_on__gt=after.due_on) | Q(_behind(after), due_on=after.due_on)
            fits &= later & Q(due_on__gte=after.due_on)
        keys = [pk for pk, *_ in _first([part.filter(fits) for part in parts], ORDER, size + 1)]
    if len(keys) <= size:
        fits = Q(due_on__isnull=True)
        if after is not None and after.due_on is None:
            fits &= _behind(after)
        undated = [part.filter(fits) for part in parts]
        keys += [pk for pk, *_ in _first(undated, ORDER[1:], size + 1 - len(keys))]
    found = loaded.in_bulk(keys[:size])
    rows = [found[key] for key in keys[:size] if key in found]
    return rows, Place.of(rows[-1]) if len(keys) > size else None


def _behind(place: Place) -> Q:
    same: dict[str, Any] = {"opened_at": place.at} if place.at else {"opened_at__isnull": True}
    behind = Q(**same, pk__gt=place.pk)
    return behind | Q(opened_at__gt=place.at) if place.at else behind


def search(official: Official, words: str, on: date, size: int) -> list[ApplicationItem]:
    """The newest ``size`` submitted items the official sees whose number, title or department fit.

    A whole number of an application finds it at once; other words are looked for in titles and in
    names of departments.
    """
    words = words.replace("\x00", "").strip()
    named = list(
        Department.objects.filter(name__icontains=words).order_by().values_list("pk", flat=True)
    )
    fits = (
        Q(application__number__istartswith=words)
        | Q(version__title__icontains=words)
        | Q(demander__in=named)
        | Q(provider__in=named)
    )
    found = (
        access.items_visible_to(official, on)
        .filter(fits, application__submitted_at__isnull=False)
        .select_related("application__applicant", "version", "demander", "provider")
    )
    return list(found.order_by("-application__created_at", "-pk")[:size])
