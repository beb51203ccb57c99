"""Faults of a policy in words, each with its remedy."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portal.errors import Fault
from portal.organisation.models import Role as Post
from sharing.approval.schema import Departure
from sharing.approval.terms import Decides, Side

Words = str | Promise

LANES: Final[Mapping[str, Words]] = {
    "unconditional": _("entries shared without conditions"),
    "conditional": _("entries shared on conditions"),
    "reflux": _("return to a lower level"),
    "emergency": _("emergencies"),
}
LIMITS: Final[Mapping[str, Words]] = {
    "home_review": _("review by the own office"),
    "authority_review": _("review by an authority"),
    "reply_unconditional": _("reply, without conditions"),
    "reply_conditional": _("reply, on conditions"),
    "supply": _("supply after consent"),
}
SIDES: Final[Mapping[str, Words]] = {
    Side.HOME: _("own office"),
    Side.AUTHORITY: _("authorities"),
    Side.PROVIDER: _("provider"),
}
DECIDES: Final[Mapping[str, Words]] = {
    Decides.SEND: _("sending the application"),
    Decides.CONFORMITY: _("conformity"),
    Decides.RELAY: _("forwarding"),
    Decides.COORDINATION: _("coordination at the provider's level"),
    Decides.ANSWER: _("answer"),
    Decides.SCOPE: _("scope"),
    Decides.SECURITY: _("security opinion"),
    Decides.CONSENT: _("consent to share"),
    Decides.APPROVAL: _("approval"),
}
KINDS: Final[Mapping[str, Words]] = {"sign": _("signs"), "notify": _("is told")}
RULES: Final[Mapping[str, Words]] = {
    "any_one": _("any one"), "all": _("everybody"), "n_of_m": _("several of them"),
}  # fmt: skip
RELAYS: Final[Mapping[str, Words]] = {
    "sign": _("every authority on the way signs"),
    "notify": _("authorities on the way are told"),
    "skip": _("authorities on the way are left out"),
}
CLOCKS: Final[Mapping[str, Words]] = {
    "pauses": _("the clock stands still"),
    "runs": _("the clock goes on"),
    "restarts": _("the clock starts anew"),
}

_FAULTS: Final[Mapping[str, tuple[Words, Words]]] = {
    "wrong_type": (
        _("%(place)s: %(expected)s expected, %(found)s found."), _("Correct the rules."),
    ),
    "unknown": (_("%(place)s: there is no such rule."), _("Remove it, or correct its name.")),
    "missing": (_("%(place)s is missing."), _("Add it.")),
    "not_a_choice": (_("%(place)s cannot be “%(found)s”."), _("Choose one of: %(choices)s.")),
    "too_high": (_("%(place)s: at most %(most)s, not %(found)s."), _("Enter a lower number.")),
    "too_low": (_("%(place)s: at least %(least)s, not %(found)s."), _("Enter a higher number.")),
    "too_many": (_("%(place)s: at most %(most)s are possible."), _("Remove some.")),
    "seat_needed": (
        _("%(place)s: %(role)s (%(side)s, %(decides)s) must always sign (Decree 809 article 20)."),
        _("Add the seat, for every grade, as one that signs."),
    ),
    "must_begin_at_home": (
        _("%(place)s: the first to sign is the head of the own sharing office."),
        _("Move that seat to the top."),
    ),
    "out_of_order": (
        _("%(place)s: own office, authorities and provider must follow in this order."),
        _("Move the seats."),
    ),
    "no_authorities": (
        _("%(place)s: only the two departments take part (articles 14 and 24)."),
        _("Remove the seats of authorities."),
    ),
    "twice": (_("%(place)s: %(role)s, %(decides)s is there twice."), _("Remove one of them.")),
    "role_elsewhere": (
        _("%(place)s: %(role)s has no seat on this side."), _("Choose another post or side."),
    ),
    "decides_elsewhere": (
        _("%(place)s: “%(decides)s” is not decided on this side."),
        _("Choose something else that is decided, or another side."),
    ),
    "shares_the_reply": (
        _("%(place)s: seats of the provider share the reply limit (article 21)."),
        _("Leave the days empty."),
    ),
    "needs_a_number": (
        _("%(place)s: several of them means two or more."), _("Enter how many must sign."),
    ),
    "number_without_rule": (
        _("%(place)s: a number of signatures is only for “several of them”."), _("Enter 1."),
    ),
    "told_not_signing": (
        _("%(place)s: who is only told does not sign."), _("Choose “any one”."),
    ),
    "nobody": (_("%(place)s: nobody is named."), _("Name at least one post.")),
    "too_careful": (
        _("%(place)s: data of important or core grade is never given before consent."),
        _("Choose a lower grade."),
    ),
    "longer": (
        _("%(place)s: the policy above allows at most %(most)s; a region only tightens (R46)."),
        _("Enter no more than that."),
    ),
    "not_above": (
        _("%(place)s: the policy above does not allow it; a region only tightens (R46)."),
        _("Switch it off."),
    ),
    "seat_above": (
        _("%(place)s: %(role)s (%(side)s, %(decides)s) of the policy above is missing or weaker."),
        _("Add the seat as it is there, or stricter."),
    ),
    "who_above": (
        _("%(place)s: %(role)s may not open access by the policy above."), _("Remove the post."),
    ),
}  # fmt: skip


def in_words(departures: Iterable[Departure]) -> list[Fault]:
    """Each departure as a fault of the field it is at; ``code`` is that of the core."""
    return [_fault(one) for one in departures]


def _fault(one: Departure) -> Fault:
    message, remedy = _FAULTS[one.code]
    params = {"place": place(one.path), **{k: _word(k, v) for k, v in one.params.items()}}
    return Fault(one.path, str(message) % params, str(remedy) % params, one.code)


def _word(name: str, value: Any) -> str:
    if name == "role":
        return str(Post(str(value)).label)
    table = {"side": SIDES, "decides": DECIDES}.get(name)
    return str(table[value]) if table else str(value)


def place(path: str) -> str:
    """Where a fault is, in words where there are some."""
    first, _dot, rest = path.partition(".")
    if first == "lanes" and rest:
        lane, _dot, number = rest.partition(".")
        words = str(LANES.get(lane, lane))
        index = number.partition(".")[0]
        if not index.isdigit():
            return words
        return _now("%(lane)s, seat %(number)d") % {"lane": words, "number": int(index) + 1}
    if first == "limits" and rest in LIMITS:
        return str(LIMITS[rest])
    if first == "emergencies":
        return str(LANES["emergency"])
    return path or _now("rules")
