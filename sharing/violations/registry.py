"""What can be found: detectors that parts of the app register, each for one article."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ImproperlyConfigured

from portal.errors import Text

Facts = Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One breach.

    ``key`` is stable and unique within the detector (at most 160 characters): the id of the row
    and whatever else tells two breaches of it apart. ``department_id`` is who is responsible.
    ``label`` is number and title of the case, never data; ``url`` its page. ``happened_on`` is the
    first day of the breach. ``facts`` are what shows it: dates as ISO text, numbers, names; their
    keys are named for people by the detector's ``facts``.
    """

    key: str
    department_id: int
    label: str
    happened_on: date
    facts: Facts
    url: str = ""


Find = Callable[[datetime], Iterable[Finding]]
Refuted = Callable[[Sequence[str], datetime], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Detector:
    """How breaches of one article are found; ``facts`` names the facts of its findings."""

    code: str
    article: str
    name: Text
    find: Find
    refuted: Refuted | None = None
    facts: Mapping[str, Text] = field(default_factory=dict)


_detectors: dict[str, Detector] = {}


def register_detector(
    code: str,
    *,
    article: str,
    name: Text,
    find: Find,
    refuted: Refuted | None = None,
    facts: Mapping[str, Text] | None = None,
) -> Detector:
    """Have breaches found by ``find(now)`` entered under ``article``, such as "39(4)".

    ``find`` only reads. It is called every hour; let it leave out what was over long ago.
    ImproperlyConfigured when another detector has the code.
    """
    new = Detector(code, article, name, find, refuted, dict(facts or {}))
    present = _detectors.setdefault(code, new)
    if present.find is not find:
        message = f"Two detectors of violations are called {code!r}."
        raise ImproperlyConfigured(message)
    return present


def detectors() -> list[Detector]:
    """All of them, by article and code."""
    return sorted(_detectors.values(), key=lambda one: (one.article, one.code))


def detector(code: str) -> Detector | None:
    """The one with this code, if it is still known."""
    return _detectors.get(code)
