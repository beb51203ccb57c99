"""What belongs to an order, checked as a whole before it is carried out (Decree 809 article 13)."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from catalog.actions.content import CONTENT_FIELDS
from catalog.lifecycle.terms import OUTCOMES, CheckKind, Command, Order, Outcome, Status
from catalog.models import DataItem
from portal.errors import Fault, Text

LONGEST_TEXT = 2000
MOST_REMARKS = 500


def order_faults(order: Order, after: Status, items: Sequence[DataItem], on: date) -> list[Fault]:
    """Everything that is missing or wrong in an order that leads to ``after``.

    Fields are named as the pages and REST name them: ``text``, ``secrecy_outcome`` …
    """
    faults = [*_texts(order, items)]
    if order.command is Command.BLOCK and order.mark is None:
        faults.append(
            _missing("mark", _("The kind of secret is missing."), _("Choose one of the two."))
        )
    if after is Status.AUTHORITY_REVIEW:
        faults += _checks(order, items, on)
    return faults


def _missing(field: str, message: Text, remedy: Text) -> Fault:
    return Fault(field, message, remedy, "missing")


def _texts(order: Order, items: Sequence[DataItem]) -> Iterator[Fault]:
    text = order.text.strip()
    if order.command is Command.RETURN and not text and not order.remarks:
        yield _missing(
            "text",
            _("A return says what has to change."),
            _("Write it for the whole version, or at the fields and items it concerns."),
        )
    if order.command is Command.BLOCK and not text:
        yield _missing(
            "text",
            _("A mark as secret needs its reason."),
            _("Name the list or rule it rests on, not the secret itself."),
        )
    if any(len(one) > LONGEST_TEXT for one in (text, *(remark.text for remark in order.remarks))):
        yield Fault(
            "text", _("A text is too long."), _("Use 2,000 characters at most."), "too_long"
        )
    places = {*CONTENT_FIELDS, "items", *(f"items[{item.key}]" for item in items)}
    unknown = [remark.place for remark in order.remarks if remark.place not in places]
    if unknown or len(order.remarks) > MOST_REMARKS:
        yield Fault(
            "remarks",
            _("A remark is at a place that the version does not have: %(places)s")
            % {"places": ", ".join(unknown[:5])},
            _("Name a field, or an item as items[key]."),
            "unknown",
        )


def _checks(order: Order, items: Sequence[DataItem], on: date) -> Iterator[Fault]:
    """Secrecy review and personal information impact assessment: who, when, with which outcome."""
    given = {check.kind: check for check in order.checks}
    for kind in CheckKind:
        check = given.get(kind)
        if check is None or not check.outcome:
            yield _missing(f"{kind}_outcome", *_NOT_RECORDED[kind])
        elif check.outcome not in OUTCOMES[kind]:
            yield Fault(f"{kind}_outcome", *_NOT_PASSED[kind], "outcome")
        elif check.outcome == Outcome.NO_PERSONAL and any(item.personal for item in items):
            yield Fault(
                f"{kind}_outcome",
                _("Some items are marked as personal information."),
                _("Assess their impact, or have the marks corrected."),
                "contradiction",
            )
        elif check.outcome == Outcome.WITH_MEASURES and not check.text.strip():
            yield _missing(
                f"{kind}_text", _("The measures are missing."), _("Say what protects the persons.")
            )
        yield from _who_and_when(order, kind, on)


def _who_and_when(order: Order, kind: CheckKind, on: date) -> Iterator[Fault]:
    check = next((one for one in order.checks if one.kind is kind), None)
    if check is None or not check.done_by.strip():
        yield _missing(
            f"{kind}_by", _("Who did the check is missing."), _("Name the person or the office.")
        )
    if check is None or check.done_on is None:
        yield _missing(
            f"{kind}_on", _("The day of the check is missing."), _("Enter the day it was done.")
        )
    elif check.done_on > on:
        yield Fault(
            f"{kind}_on", _("The day of the check is in the future."),
            _("Enter the day it was done."), "future",
        )  # fmt: skip


_NOT_RECORDED: dict[CheckKind, tuple[Text, Text]] = {
    CheckKind.SECRECY: (
        _("The outcome of the secrecy review is missing."),
        _("Have the review done (Decree 809 article 13), then record it."),
    ),
    CheckKind.PRIVACY: (
        _("The outcome of the personal information impact assessment is missing."),
        _("Have the assessment done (Decree 809 article 13), then record it."),
    ),
}
_NOT_PASSED: dict[CheckKind, tuple[Text, Text]] = {
    CheckKind.SECRECY: (
        _("A version with this outcome cannot be approved."),
        _("Mark the entry as secret, or return the version."),
    ),
    CheckKind.PRIVACY: (
        _("A version with this outcome cannot be approved."),
        _("Return the version and say what has to change."),
    ),
}
