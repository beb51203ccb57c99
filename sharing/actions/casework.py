"""From what a form or the interface sends to a command: people, offices and days are looked up here.

Whether the command is lawful is decided by the core when it is given.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from portal.errors import Fault, Invalid
from portal.organisation.models import Department, Official
from portal.organisation.models import Post as PostRow
from portal.worktime import access as worktime
from sharing import access, cases
from sharing.actions.narrowing import masked
from sharing.approval.clocks import local_day
from sharing.approval.commands import (
    AddSigner,
    Advise,
    Claim,
    Command,
    ConsentExtension,
    Consult,
    Copy,
    Delegate,
    HandBack,
    Reassign,
    RefuseExtension,
    Release,
    RemoveSigner,
    RequestExtension,
    Sign,
    TakeBack,
    Transfer,
    Urge,
)
from sharing.approval.custody import Place
from sharing.approval.handling import capable, colleague
from sharing.approval.terms import Actor, DenialCode, Office, Person, SigningRule
from sharing.models import ApplicationItem
from sharing.protection.masks import MASKS

Data = Mapping[str, Any]


def command_of(
    name: str, item: ApplicationItem, data: Data, *, seen: int, now: datetime
) -> Command:
    """The command ``name`` with what ``data`` says; Invalid when it names nobody that exists.

    ``data`` holds ids of officials (``to``, ``people``) and of a department (``office``), texts
    (``text``), a number (``days``) and the like; KeyError for a command that is not of this kind.
    """
    return _BUILDERS[name](item, data, seen, now)


def sign_command(data: Data, *, seen: int, keep: tuple[str, ...] | None) -> Sign:
    """A signature with everything that it makes stricter; ``masks`` maps fields to mask names."""
    period = (data["starts_on"], data["ends_on"]) if _has_period(data) else None
    chosen = {field: mask for field, mask in (data.get("masks") or {}).items() if mask}
    if unknown := sorted(set(chosen.values()) - set(MASKS)):
        raise Invalid(
            _("There is no such mask: %(names)s.") % {"names": ", ".join(unknown)},
            [Fault("masks", _("There is no such mask."), _("Choose one of the masks offered."))],
        )
    return Sign(
        seen=seen,
        narrow_fields=keep,
        comment=data.get("comment", ""),
        row_region=data.get("row_region") or None,
        period=period,
        masks=tuple(masked(field, mask) for field, mask in chosen.items()),
    )


def _has_period(data: Data) -> bool:
    return bool(data.get("starts_on") and data.get("ends_on"))


def fitting_officials(
    item: ApplicationItem, now: datetime
) -> tuple[list[Official], list[Official]]:
    """Who could have the current stage alone, and who could work on it or sign beside its holder."""
    state = cases.load(item).state
    if state.current_stage is None:
        return [], []
    on = local_day(now)
    office = state.current_stage.stage.office.id
    rows = (
        PostRow.objects.held_on(on)
        .filter(department=office, official__is_active=True)
        .select_related("official")
        .order_by("pk")
    )
    people = {row.official_id: row.official for row in rows}
    able, beside = [], []
    for official in people.values():
        actor = access.actor_for(official, on)
        if not isinstance(capable(state, actor), DenialCode):
            able.append(official)
        if colleague(state, actor) is None:
            beside.append(official)
    return able, beside


def find_party(text: str) -> Official | Department:
    """An official by user name or full name, or a department by name; Invalid if not exactly one."""
    wanted = text.strip()
    departments = list(Department.objects.filter(name=wanted, valid_until__isnull=True)[:2])
    officials = list(Official.objects.filter(username=wanted, is_active=True)) or list(
        Official.objects.filter(full_name=wanted, is_active=True)[:2]
    )
    found: list[Official | Department] = [*departments, *officials]
    if len(found) == 1:
        return found[0]
    message = _("There is no official and no department called %(name)s.")
    remedy = _("Write the full name of a department, or the user name or full name of an official.")
    if found:
        message = _("Several officials or departments are called %(name)s.")
        remedy = _("Write the user name of the official.")
    raise Invalid(
        str(message) % {"name": wanted}, [Fault("who", str(message) % {"name": wanted}, remedy)]
    )


def _official(pk: Any, key: str = "to") -> Official:
    found = Official.objects.filter(pk=int(pk or 0), is_active=True).first()
    if found is None:
        raise Invalid(
            _("There is no such official."),
            [Fault(key, _("There is no such official."), _("Choose an official from the list."))],
        )
    return found


def _actor(pk: Any, now: datetime, key: str = "to") -> Actor:
    return access.actor_for(_official(pk, key), local_day(now))


def _transfer(item: ApplicationItem, data: Data, seen: int, now: datetime) -> Command:
    del item
    return Transfer(seen=seen, to=_actor(data.get("to"), now), reason=data.get("text", ""))


def _delegate(item: ApplicationItem, data: Data, seen: int, now: datetime) -> Command:
    del item
    return Delegate(seen=seen, to=_actor(data.get("to"), now), task=data.get("text", ""))


def _reassign(item: ApplicationItem, data: Data, seen: int, now: datetime) -> Command:
    del item
    return Reassign(seen=seen, to=_actor(data.get("to"), now), reason=data.get("text", ""))


def _add_signer(item: ApplicationItem, data: Data, seen: int, now: datetime) -> Command:
    del item
    people: Iterable[Any] = data.get("people") or ()
    return AddSigner(
        seen=seen,
        signers=tuple(_actor(pk, now, "people") for pk in people),
        place=Place(data.get("place") or Place.PARALLEL),
        rule=SigningRule(data.get("rule") or SigningRule.ALL),
        needed=data.get("needed") or 1,
        reason=data.get("text", ""),
    )


def _remove_signer(item: ApplicationItem, data: Data, seen: int, now: datetime) -> Command:
    del item, now
    return RemoveSigner(
        seen=seen, official_id=int(data.get("to") or 0), reason=data.get("text", "")
    )


def _party(data: Data) -> Official | Department:
    """Who is asked: by ids over the interface, by name from a page."""
    if data.get("to"):
        return _official(data["to"])
    if data.get("office"):
        office: Department | None = Department.objects.filter(pk=int(data["office"])).first()
        if office is None:
            raise Invalid(
                _("There is no such department."),
                [Fault("office", _("There is no such department."))],
            )
        return office
    return find_party(str(data.get("who") or ""))


def _consult(item: ApplicationItem, data: Data, seen: int, now: datetime) -> Command:
    del item
    party = _party(data)
    person = access.actor_for(party, local_day(now)) if isinstance(party, Official) else None
    place = party.department if isinstance(party, Official) else party
    office = Office(place.pk, place.name, place.region_id) if place else Office(0, "", "")
    return Consult(seen=seen, office=office, question=data.get("text", ""), person=person)


def _copy(item: ApplicationItem, data: Data, seen: int, now: datetime) -> Command:
    del item, now
    ids: Iterable[Any] = data.get("people") or ()
    people = [_official(pk, "people") for pk in ids]
    names = [name.strip() for name in str(data.get("who") or "").replace("、", ",").split(",")]
    for name in filter(None, names):
        party = find_party(name)
        if isinstance(party, Department):
            message = _("%(name)s is a department; a copy goes to officials.") % {"name": name}
            raise Invalid(message, [Fault("who", message, _("Name an official."))])
        people.append(party)
    to = tuple(dict.fromkeys(Person(one.pk, one.full_name) for one in people))
    return Copy(seen=seen, to=to, note=data.get("text", ""))


def _urge(item: ApplicationItem, data: Data, seen: int, now: datetime) -> Command:
    del item
    return Urge(seen=seen, counts_for=_working_day(local_day(now)), note=data.get("text", ""))


def _working_day(on: date) -> date:
    calendar = worktime.calendar()
    return on if calendar.is_working_day(on) else calendar.next_working_day(on)


def _request_extension(item: ApplicationItem, data: Data, seen: int, now: datetime) -> Command:
    del now
    table = cases.load(item).timetable
    reply = table.reply if table else None
    return RequestExtension(
        seen=seen,
        days=data.get("days") or 0,
        reason=data.get("text", ""),
        reply_due=reply.on if reply else None,
    )


_AGREES: Final = {"yes": True, "no": False}


def _advise(item: ApplicationItem, data: Data, seen: int, now: datetime) -> Command:
    del item, now
    agrees = _AGREES.get(str(data.get("agrees") or ""))
    return Advise(seen=seen, text=data.get("text", ""), agrees=agrees)


_Builder = Callable[[ApplicationItem, Data, int, datetime], Command]
_BUILDERS: Final[Mapping[str, _Builder]] = {
    "transfer": _transfer,
    "delegate": _delegate,
    "hand_back": lambda _i, data, seen, _n: HandBack(seen=seen, opinion=data.get("text", "")),
    "take_back": lambda _i, data, seen, _n: TakeBack(seen=seen, reason=data.get("text", "")),
    "claim": lambda _i, _d, seen, _n: Claim(seen=seen),
    "release": lambda _i, _d, seen, _n: Release(seen=seen),
    "reassign": _reassign,
    "add_signer": _add_signer,
    "remove_signer": _remove_signer,
    "consult": _consult,
    "advise": _advise,
    "copy": _copy,
    "urge": _urge,
    "request_extension": _request_extension,
    "consent_extension": lambda _i, data, seen, _n: ConsentExtension(
        seen=seen, note=data.get("text", "")
    ),
    "refuse_extension": lambda _i, data, seen, _n: RefuseExtension(
        seen=seen, reason=data.get("text", "")
    ),
}
CASEWORK: Final = tuple(_BUILDERS)
"""Commands that this module builds, in the order of pages."""
