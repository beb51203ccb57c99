"""What there is to mend in the entries that somebody looks after, by kind of warning."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import IO, Final

from django.db import connection
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from catalog.access import manageable_by
from catalog.models import EntryQuality, ResourceStatus
from catalog.models.quality import LETTERS, Dimension
from catalog.quality.loading import Loaded, load
from catalog.quality.measures import scale_in_force
from catalog.quality.rules import WARNINGS, Assessment, Warned, assess
from catalog.quality.showing import line
from portal.errors import NotAllowed
from portal.organisation.models import Official
from portal.sheet_writing import HEADING, SheetWriter, save

BATCH: Final = 500
MOST_IN_A_BOOK: Final = 50_000
"""Entries that a workbook of warnings may have."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of warning with the number of entries that have it."""

    warning: Warned
    dimension: str
    count: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Which entries to show: with this warning, of this grade."""

    code: str = ""
    letter: str = ""

    @classmethod
    def of(cls, values: dict[str, str]) -> "Choice":
        """Read from an address; what cannot occur is dropped."""
        code, letter = values.get("code", ""), values.get("letter", "")
        return cls(code if code in WARNINGS else "", letter if letter in LETTERS else "")


def managed(official: Official, on: date) -> QuerySet[EntryQuality]:
    """The quality of the entries the official looks after; withdrawn ones are over."""
    entries = manageable_by(official, on).exclude(status=ResourceStatus.WITHDRAWN)
    return EntryQuality.objects.filter(resource__in=entries)


def chosen(rows: QuerySet[EntryQuality], choice: Choice) -> QuerySet[EntryQuality]:
    """The rows of the choice, the worst first."""
    if choice.code:
        rows = rows.filter(codes__contains=[choice.code])
    if choice.letter:
        rows = rows.filter(letter=choice.letter)
    return rows.order_by("overall", "pk")


def kinds(rows: QuerySet[EntryQuality]) -> list[Kind]:
    """How many entries have each kind of warning; the most frequent first."""
    sql, params = rows.order_by().values("codes").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT code, count(*) FROM ({sql}) AS own, unnest(own.codes) AS code GROUP BY code",  # noqa: S608
            params,
        )
        numbers = dict(cursor.fetchall())
    found = [
        Kind(WARNINGS[code], str(Dimension(WARNINGS[code].dimension).label), number)
        for code, number in numbers.items()
        if code in WARNINGS
    ]
    order = list(WARNINGS)
    return sorted(found, key=lambda kind: (-kind.count, order.index(kind.warning.code)))


def letters(rows: QuerySet[EntryQuality]) -> list[tuple[str, int]]:
    """How many entries have each grade, A first."""
    numbers = dict(rows.order_by().values_list("letter").annotate(number=Count("pk")))
    return [(letter, numbers.get(letter, 0)) for letter in LETTERS]


def findings(rows: QuerySet[EntryQuality], on: date) -> Iterator[tuple[Loaded, Assessment]]:
    """The rows' entries with what is wrong with them today, a batch at a time."""
    scale = scale_in_force()
    ids = iter(rows.values_list("pk", flat=True).iterator(BATCH))
    while batch := list(islice(ids, BATCH)):
        found = {one.resource.pk: one for one in load(batch, on)}
        for pk in batch:
            if pk in found:
                yield found[pk], assess(found[pk].facts, on, scale)


def write_warnings(rows: QuerySet[EntryQuality], on: date, target: IO[bytes]) -> int:
    """Write one line for each warning of each entry; return how many. NotAllowed when too many."""
    if rows.count() > MOST_IN_A_BOOK:
        raise NotAllowed(
            _("A workbook holds the warnings of at most %(most)s entries.")
            % {"most": f"{MOST_IN_A_BOOK:,}"},
            remedy=_("Choose a kind of warning or a grade first."),
        )
    sheet = SheetWriter(_("Warnings"), (18, 40, 10, 10, 14, 36, 14, 40, 60))
    sheet.add(_headings(), style=HEADING)
    written = 0
    for one, assessment in findings(rows, on):
        for finding in assessment.findings:
            shown = line(finding, {})
            sheet.add(
                [
                    one.resource.code or "", one.facts.version.title, assessment.letter,
                    str(assessment.overall), str(shown.dimension_label), str(shown.label),
                    shown.share, shown.names, str(shown.remedy),
                ]
            )  # fmt: skip
            written += 1
    save([sheet], target)
    return written


def _headings() -> Sequence[str]:
    return [
        _("Resource code"), _("Title"), _("Quality"), _("Score"), _("Dimension"), _("Warning"),
        _("Share"), _("Concerns"), _("What to do"),
    ]  # fmt: skip
