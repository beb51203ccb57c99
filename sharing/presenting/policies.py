"""Chain policies in words: seats as rows, settings as pairs, what differs from the version before."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.organisation.models import Region
from portal.organisation.models import Role as Post
from sharing import policy_words as words
from sharing.approval.blueprint import Seat
from sharing.approval.lawful import LANES
from sharing.approval.policy import Policy
from sharing.approval.terms import Grade, SigningRule, StageKind

LEVELS: Final = ("nation", "province", "city", "county")
STATUS_TAGS: Final = {"draft": "", "prepared": "wait", "confirmed": "ok", "withdrawn": "stop"}


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One seat of a lane, in words."""

    side: str
    role: str
    decides: str
    signs: str
    days: str
    grade: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting that differs; an empty side did not exist."""

    place: str
    before: str
    after: str


def lanes(policy: Policy) -> list[tuple[str, list[SeatRow]]]:
    """Every lane with its seats."""
    return [
        (str(words.LANES[name]), [seat_row(seat) for seat in getattr(policy.lanes, name)])
        for name in LANES
    ]


def seat_row(seat: Seat) -> SeatRow:
    """A seat in words."""
    return SeatRow(
        side=str(words.SIDES[seat.side]),
        role=str(Post(seat.role.value).label),
        decides=str(words.DECIDES[seat.decides]),
        signs=_signs(seat),
        days=days(seat.days) if seat.days else "",
        grade="" if seat.from_grade is Grade.GENERAL_1 else _from_grade(seat.from_grade),
    )


def _from_grade(grade: Grade) -> str:
    if grade is Grade.IMPORTANT:
        return _("from important grade up")
    if grade is Grade.CORE:
        return _("core grade only")
    return _("from grade %(grade)d up") % {"grade": grade.value}


def _signs(seat: Seat) -> str:
    if seat.kind is StageKind.NOTIFY:
        return str(words.KINDS["notify"])
    if seat.rule is SigningRule.N_OF_M:
        return _("%(number)d of them sign") % {"number": seat.needed}
    if seat.rule is SigningRule.ALL:
        return _("everybody signs")
    return _("any one signs")


def days(number: int | None) -> str:
    """A limit in working days."""
    if number is None:
        return _("no limit")
    return ngettext("%(days)d working day", "%(days)d working days", number) % {"days": number}


def settings_of(policy: Policy) -> list[tuple[str, str]]:
    """Everything but the seats, as pairs of name and value."""
    return [
        *((str(label), days(getattr(policy.limits, name))) for name, label in words.LIMITS.items()),
        (_("passing on"), str(words.RELAYS[policy.relay])),
        *_relays(policy),
        (_("while a supplement is awaited"), str(words.CLOCKS[policy.supplement_clock])),
        (_("unconditional entries answered by rule"), _yes(policy.answer_unconditional_by_rule)),
        (_("access before consent, in an emergency"), _emergency(policy)),
    ]


def _relays(policy: Policy) -> Iterator[tuple[str, str]]:
    labels = dict(Region._meta.get_field("level").choices or ())
    for level in LEVELS:
        mode = getattr(policy.relays, level)
        if mode is not None:
            label = _("passing on, %(level)s") % {"level": labels.get(level, level)}
            yield label, str(words.RELAYS[mode])


def _yes(value: object) -> str:
    return _("yes") if value else _("no")


def _emergency(policy: Policy) -> str:
    rules = policy.emergencies
    if not rules.days:
        return _("never")
    text = ngettext("%(days)d day", "%(days)d days", rules.days) % {"days": rules.days}
    who = "、".join(str(Post(role.value).label) for role in rules.who)
    return _("%(days)s; opened by: %(who)s; up to grade %(grade)d") % {
        "days": text, "who": who, "grade": rules.max_grade.value,
    }  # fmt: skip


def differences(before: Policy, after: Policy) -> list[Difference]:
    """What a version changes, setting by setting and seat by seat."""
    old, new = dict(settings_of(before)), dict(settings_of(after))
    found = [
        Difference(name, old.get(name, ""), new.get(name, ""))
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]
    for lane in LANES:
        found += _seat_differences(
            str(words.LANES[lane]), getattr(before.lanes, lane), getattr(after.lanes, lane)
        )
    return found


def _seat_differences(
    lane: str, before: tuple[Seat, ...], after: tuple[Seat, ...]
) -> Iterator[Difference]:
    old = {_key(seat): seat for seat in before}
    new = {_key(seat): seat for seat in after}
    for key in dict.fromkeys([*old, *new]):
        mine, theirs = old.get(key), new.get(key)
        if mine != theirs:
            yield Difference(lane, line(mine) if mine else "", line(theirs) if theirs else "")
    kept = [key for key in old if key in new]
    if kept != [key for key in new if key in old]:
        yield Difference(lane, _("order of seats"), _("another order"))


def _key(seat: Seat) -> tuple[str, str, str]:
    return seat.side.value, seat.role.value, seat.decides.value


def line(seat: Seat) -> str:
    """A seat in one line."""
    row = seat_row(seat)
    return " · ".join(
        part for part in (row.side, row.role, row.decides, row.signs, row.days, row.grade) if part
    )
