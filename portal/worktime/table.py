"""Reading the days of a year as people enter them: a list, a CSV file, a workbook.

One line a day or a span of days, as the State Council's notice has them: the day (or first and
last), whether it is off or worked, the name of the holiday::

    2027-10-01~2027-10-07 放假 国庆节
    2027-10-09,上班,国庆节
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from portal.errors import Fault, Invalid
from portal.spreadsheets import read_rows
from portal.worktime.models import Holiday

LONGEST_SPAN: Final = 20
"""No holiday of a notice has more days in a row; a longer span is a mistake in typing."""
LONGEST: Final = 60_000
"""Characters of a list; a year has some forty lines."""
_WORDS: Final = {
    **dict.fromkeys(("holiday", "放假", "休", "休息", "节假日", "off"), "holiday"),
    **dict.fromkeys(("makeup", "上班", "调休", "补班", "班", "work", "make-up"), "makeup"),
}
_DAY = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?"
_LINE = re.compile(
    rf"^{_DAY}(?:\s*(?:~|～|—|至|到|to)\s*{_DAY})?[\s,;，；、\t]+(.+)$", re.IGNORECASE
)
_HEADING = re.compile(r"^\D+$")


def read_table(text: str, year: int) -> list[Holiday]:
    """The special days of ``year`` that ``text`` lists, in order.

    Invalid with every fault, each with the number of its line: what cannot be read, a day of
    another year, a day listed twice.
    """
    if len(text) > LONGEST:
        raise Invalid(_("The list is too long."), remedy=_("Enter the days of one year."))
    days: dict[date, Holiday] = {}
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not (number == 1 and _HEADING.match(line)):
            faults += _take(line.strip(), number, year, days)
    if not days and not faults:
        message = _("No day is listed.")
        faults.append(Fault("text", message, _("Enter the days of the notice."), "empty"))
    if faults:
        raise Invalid(_("The list has mistakes."), faults)
    return [days[day] for day in sorted(days)]


def _take(line: str, number: int, year: int, days: dict[date, Holiday]) -> list[Fault]:
    """Add the days of one line; what is wrong with it, if anything."""
    found = list(_days(line))
    if not found:
        message = _("Line %(line)s cannot be read.") % {"line": number}
        remedy = _("Write such as: 2027-10-01~2027-10-07 放假 国庆节")
        return [Fault("text", message, remedy, "unreadable")]
    for day in found:
        if fault := _wrong(day, year, days, number):
            return [fault]
        days[day.day] = day
    return []


def text_of_file(content: bytes) -> str:
    """The lines of an uploaded CSV file (UTF-8 or GB 18030) or workbook; Invalid if it is neither."""
    if content.startswith(b"PK"):
        return "\n".join(
            ",".join(_cell(cell) for cell in row if cell) for row in read_rows(content)
        )
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(
        _("The file cannot be read."), remedy=_("Upload a CSV file or an Excel workbook (.xlsx).")
    )


def _cell(cell: object) -> str:
    return cell.date().isoformat() if isinstance(cell, datetime) else str(cell)


def _days(line: str) -> Iterator[Holiday]:
    found = _LINE.match(line)
    if found is None:
        return
    kind, name = _words(found[7])
    try:
        first = date(int(found[1]), int(found[2]), int(found[3]))
        last = date(int(found[4]), int(found[5]), int(found[6])) if found[4] else first
    except ValueError:
        return
    if not kind or not 0 <= (last - first).days < LONGEST_SPAN:
        return
    for offset in range((last - first).days + 1):
        yield Holiday(day=first + timedelta(days=offset), kind=kind, name=name[:100])


def _words(text: str) -> tuple[str, str]:
    """The kind of day and the name of the holiday, in either order."""
    parts = [part for part in re.split(r"[\s,;，；、]+", text) if part]
    kinds = [part for part in parts if part.lower() in _WORDS]
    names = [part for part in parts if part.lower() not in _WORDS]
    return (_WORDS[kinds[0].lower()] if kinds else "", " ".join(names))


def _wrong(day: Holiday, year: int, known: Iterable[date], line: int) -> Fault | None:
    if day.day.year != year:
        message = _("Line %(line)s: %(day)s is not in %(year)s.")
    elif day.day in known:
        message = _("Line %(line)s: %(day)s is listed twice.")
    else:
        return None
    facts = {"line": line, "day": day.day.isoformat(), "year": year}
    return Fault("text", message % facts, _("Correct the line."), "wrong_day")
