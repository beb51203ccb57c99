"""Words for cases of oversight, in the reader's language."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.errors import Text
from sharing.models import OversightItem
from sharing.oversight.terms import Command, Kind
from sharing.violations.registry import detector, detectors

TONES: Final[Mapping[str, str]] = {
    "open": "wait",
    "asked": "wait",
    "answered": "run",
    "confirmed": "stop",
    "rectified": "ok",
    "dismissed": "",
    "closed": "ok",
    "lapsed": "",
}
"""Colour of the tag of every status."""

COMMANDS: Final[Mapping[Command, Text]] = {
    Command.ASK: gettext_lazy("Ask for an explanation"),
    Command.ANSWER: gettext_lazy("Answer"),
    Command.SET_DATE: gettext_lazy("Set a date"),
    Command.CLOSE: gettext_lazy("Close the supervision"),
    Command.CONFIRM: gettext_lazy("Confirm the violation"),
    Command.DISMISS: gettext_lazy("Dismiss with a reason"),
    Command.RECTIFY: gettext_lazy("Record as rectified"),
    Command.LAPSE: gettext_lazy("Lapse"),
    Command.REOPEN: gettext_lazy("Come up again"),
}
"""Commands as buttons say them."""

HAPPENED: Final[Mapping[str, Text]] = {
    "find": gettext_lazy("found by the portal"),
    "ask": gettext_lazy("explanation asked for"),
    "answer": gettext_lazy("answered by the department"),
    "set_date": gettext_lazy("date set"),
    "close": gettext_lazy("supervision closed"),
    "confirm": gettext_lazy("confirmed as a violation"),
    "dismiss": gettext_lazy("dismissed"),
    "rectify": gettext_lazy("recorded as rectified"),
    "lapse": gettext_lazy("lapsed: nothing is late any more"),
    "reopen": gettext_lazy("late again"),
}
"""Steps as the history tells them."""

FACTS: Final[Mapping[str, Text]] = {
    "since": gettext_lazy("clock runs from"),
    "due_on": gettext_lazy("due on"),
    "days_late": gettext_lazy("working days late when found"),
}
"""Facts of supervision; those of violations are named by their detectors."""


def what(kind: str, code: str) -> str:
    """What a case is about: the name of the violation, or supervision."""
    if kind == Kind.SUPERVISION:
        return _("supervision of what is late")
    found = detector(code)
    return str(found.name) if found else code


def article(text: str) -> str:
    """An article of Decree 809, such as "39(4)", for people."""
    number, _open, rest = text.partition("(")
    if not number.isdigit():
        return text
    if not rest:
        return _("Decree 809, article %(number)s") % {"number": number}
    return _("Decree 809, article %(number)s, item %(item)s") % {
        "number": number,
        "item": rest.rstrip(")"),
    }


def codes() -> list[tuple[str, str]]:
    """Every kind of violation that can be found, for a filter."""
    return [(one.code, f"{one.article} {one.name}") for one in detectors()]


def facts(item: OversightItem) -> Iterator[tuple[str, Any, bool]]:
    """The facts of a case: name, value, and whether the value is a day."""
    found = detector(item.code)
    names = {**FACTS, **(found.facts if found else {})}
    for name, text in names.items():
        value = item.facts.get(name)
        if value is None:
            continue
        shown = _day(value)
        yield (str(text), value, False) if shown is None else (str(text), shown, True)


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
