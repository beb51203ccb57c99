"""Errors that people can act on; pages, REST and commands each show them once, in one place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an input: where it is, what is wrong, how to mend it."""

    field: str
    message: Text
    remedy: Text = ""
    code: str = "invalid"


class PortalError(Exception):
    """Base of all domain errors.

    ``code`` is stable and meant for programs, ``message`` for people, ``remedy`` says what to do
    and ``url`` is the page where it can be done.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: Text, *, remedy: Text = "", code: str = "", url: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.url = url
        self.reason = code or self.code


class NotVisible(PortalError):
    """The object does not exist for this person; answered like one that does not exist at all."""

    code = "not_found"


class Forbidden(PortalError):
    """The object is seen, but this person may not do that with it."""

    code = "forbidden"


class NotAllowed(PortalError):
    """The state or the rules do not allow the command; nothing was changed."""

    code = "not_allowed"


class Stale(NotAllowed):
    """Somebody else changed the object since the person saw it."""

    code = "stale"


class Invalid(PortalError):
    """The input has faults; all of them are listed."""

    code = "invalid"

    def __init__(self, message: Text, faults: Sequence[Fault] = (), *, remedy: Text = "") -> None:
        super().__init__(message, remedy=remedy)
        self.faults = tuple(faults)

    def by_field(self) -> Mapping[str, list[Fault]]:
        """Faults grouped by field, in order of appearance."""
        grouped: dict[str, list[Fault]] = {}
        for fault in self.faults:
            grouped.setdefault(fault.field, []).append(fault)
        return grouped


@dataclass(frozen=True)
class Reason:
    """Why a button is off: a code of the deciding core and its text."""

    code: str
    text: Text
    params: Mapping[str, object] = field(default_factory=dict)
