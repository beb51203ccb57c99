"""Where other apps join in without the catalog knowing them.

``register_entry_actions``: what an official may do with an entry, such as applying for its data;
asked once for a whole list. ``on_withdrawal``: what has to stop when an entry is withdrawn, in the
transaction that withdraws it. ``on_transfer``: what has to go on elsewhere when another department
takes an entry over. ``register_use``: how much an entry is used, which decides who comes first
among equals in a search.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import (
    DataSource,
    Resource,
    ResourceSearch,
    ResourceStatus,
    ResourceUse,
    ServiceItem,
    SharingType,
)
from portal import gathering
from portal.errors import Fault, Reason, Text
from portal.organisation.access import department_ids
from portal.organisation.models import Department, Official


@dataclass(frozen=True, slots=True)
class EntryAction:
    """One thing to do with an entry.

    ``reason`` is set when it cannot be done, and says why. ``tag`` is the short state that lists
    show, ``tone`` its colour: "", "run", "ok", "wait" or "stop". ``template`` with ``context`` is
    a partial that the entry page shows under "How to apply".
    """

    key: str
    label: Text
    url: str = ""
    reason: Reason | None = None
    tag: Text = ""
    tone: str = ""
    icon: str = "file"
    note: Text = ""
    template: str = ""
    row_template: str = ""
    """A partial for the row of a list, with the same ``context``."""
    context: Mapping[str, Any] = field(default_factory=dict)


class EntryActions(Protocol):
    """Answers for many entries at once; an entry may be missing from the answer."""

    def __call__(
        self, official: Official, on: date, resources: Sequence[Resource]
    ) -> Mapping[UUID, EntryAction]: ...


@dataclass(frozen=True, slots=True)
class Credentials:
    """How credentials of data sources are kept by the app that uses them.

    ``fields`` names what a kind of connector wants; ``store`` encrypts and keeps it. There is no
    way to read them back: they are only ever replaced.
    """

    fields: Callable[[str], Sequence[str]]
    store: Callable[[DataSource, Mapping[str, str]], None]


MatterAction = Callable[[Official, date, ServiceItem], EntryAction | None]
"""What the official may do with a matter; None for nothing."""

MaskNames = Callable[[], Mapping[str, Text]]
"""Names of the mask rules by their keys."""

Withdrawal = Callable[..., None]
"""Called as ``callback(resource, by=, reason=, now=)`` within the withdrawing transaction."""

Publication = Callable[..., None]
"""Called as ``callback(resource, now=)`` within the transaction that makes a version live."""

TransferFaults = Callable[[Resource, Department], Sequence[Fault]]
"""Called as ``faults(resource, goal)``: what keeps the department from taking the entry over."""

Transfer = Callable[..., None]
"""Called as ``callback(resource, old=, now=)`` within the transferring transaction, afterwards."""

UseCounter = Callable[[Sequence[UUID]], Mapping[UUID, int]]
"""How many uses each of these entries has now; an entry without any may be missing."""


@dataclass(frozen=True, slots=True)
class AppliedRow:
    """One entry that a department applied for, as the demand list shows it."""

    number: str
    title: str
    items: Sequence[str]
    department: str
    provider: str
    state: Text
    on: datetime | None
    resource_id: UUID


class AppliedRows(Protocol):
    """Rows that are fetched when they are needed."""

    def count(self) -> int:
        """How many there are."""

    def rows(self, start: int, stop: int) -> Sequence[AppliedRow]:
        """Some of them, newest first."""


class AppliedFor(Protocol):
    """Entries applied for by ``departments``, as far as the official sees the applications."""

    def __call__(
        self, official: Official, on: date, departments: QuerySet[Department]
    ) -> AppliedRows: ...


_RECOUNTED = 2_000
"""Entries counted at a time."""

_entry_actions: dict[str, EntryActions] = {}
_withdrawals: dict[str, Withdrawal] = {}
_publications: dict[str, Publication] = {}
_transfers: dict[str, tuple[TransferFaults, Transfer]] = {}
_use_counters: dict[str, UseCounter] = {}
_matter_actions: list[MatterAction] = []
_mask_names: list[MaskNames] = []
_data_checks: list[Callable[[UUID], str]] = []
_applied_for: list[AppliedFor] = []
_credentials: list[Credentials] = []


def register_entry_actions(name: str, answer: EntryActions) -> None:
    """Ask ``answer`` for every list and entry page; call it from AppConfig.ready."""
    _entry_actions[name] = answer


def on_withdrawal(name: str, callback: Withdrawal) -> None:
    """Call ``callback`` whenever an entry is withdrawn; call this from AppConfig.ready."""
    _withdrawals[name] = callback


def on_publication(name: str, callback: Publication) -> None:
    """Call ``callback`` whenever a version goes live; call this from AppConfig.ready."""
    _publications[name] = callback


def on_transfer(name: str, faults: TransferFaults, callback: Transfer) -> None:
    """Ask ``faults`` before an entry goes to another department, call ``callback`` when it has."""
    _transfers[name] = (faults, callback)


def transfer_faults(resource: Resource, goal: Department) -> list[Fault]:
    """What keeps the department from taking the entry over, as far as other apps know."""
    return [fault for faults, _callback in _transfers.values() for fault in faults(resource, goal)]


def transferred(resource: Resource, *, old: Department, now: datetime) -> None:
    """Tell everybody who asked that another department has taken the entry over from ``old``."""
    for _faults, callback in _transfers.values():
        callback(resource, old=old, now=now)


def register_use(name: str, counter: UseCounter) -> None:
    """Count uses with ``counter``, and call ``use_changed`` when they change; from AppConfig.ready."""
    _use_counters[name] = counter


@gathering.atomic
def use_changed(resource_ids: Iterable[UUID]) -> None:
    """Count the uses of these entries anew, in the transaction of what changed them.

    The entries are locked first, in one order, so that of two changes at once the second counts
    what the first did; whoever changes several calls this once for all of them.
    """
    gathering.at_the_end(_count_uses, resource_ids)


def _count_uses(resource_ids: list[UUID]) -> None:
    ids = sorted(set(resource_ids))
    locked = Resource.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    list(locked.values_list("pk"))
    numbers = dict.fromkeys(ids, 0)
    for counter in _use_counters.values():
        for resource_id, number in counter(ids).items():
            numbers[resource_id] += number
    ResourceUse.objects.bulk_create(
        (ResourceUse(resource_id=pk, number=number) for pk, number in numbers.items()),
        update_conflicts=True, unique_fields=["resource"], update_fields=["number"],
    )  # fmt: skip
    entries = defaultdict(list)
    for pk, number in numbers.items():
        entries[number].append(pk)
    for number, pks in entries.items():
        ResourceSearch.objects.filter(pk__in=pks).exclude(used=number).update(used=number)


def recount_use() -> int:
    """Mend what was counted wrongly, such as before the counting began; return how many entries."""
    wrong: list[UUID] = []
    known = dict(ResourceUse.objects.values_list("pk", "number"))
    ids = list(Resource.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), _RECOUNTED):
        batch = ids[start : start + _RECOUNTED]
        numbers: Counter[UUID] = Counter()
        for counter in _use_counters.values():
            numbers.update(counter(batch))
        wrong += [pk for pk in batch if numbers[pk] != known.get(pk, 0)]
    for pk in wrong:
        use_changed([pk])
    return len(wrong)


def register_mask_names(names: MaskNames) -> None:
    """Say what the mask rules are called, for the item table; call it from AppConfig.ready."""
    _mask_names[:] = [names]


def register_data_checks(address: Callable[[UUID], str]) -> None:
    """Say where the checks of an entry's attached data are; call it from AppConfig.ready."""
    _data_checks[:] = [address]


def data_checks_url(resource_id: UUID) -> str:
    """Where the checks of the attached data are set up and run; empty if nobody checks data."""
    return _data_checks[0](resource_id) if _data_checks else ""


def register_credentials(credentials: Credentials) -> None:
    """Say how credentials are kept; call it from AppConfig.ready."""
    _credentials[:] = [credentials]


def register_applied_for(answer: AppliedFor) -> None:
    """Say what was applied for, for the demand list; call it from AppConfig.ready."""
    _applied_for[:] = [answer]


def applied_for(
    official: Official, on: date, departments: QuerySet[Department]
) -> AppliedRows | None:
    """What the departments applied for, if any app knows it."""
    return _applied_for[0](official, on, departments) if _applied_for else None


def credentials() -> Credentials | None:
    """How credentials are kept, if any app keeps them."""
    return _credentials[0] if _credentials else None


def mask_names() -> Mapping[str, Text]:
    """Names of the mask rules, as far as anybody told."""
    return _mask_names[0]() if _mask_names else {}


def register_matter_action(answer: MatterAction) -> None:
    """Say what an official may do with a business matter; call it from AppConfig.ready."""
    _matter_actions[:] = [answer]


def matter_action(official: Official, on: date, matter: ServiceItem) -> EntryAction | None:
    """What the official may do with the matter, if any app knows it."""
    return _matter_actions[0](official, on, matter) if _matter_actions else None


def entry_actions(
    official: Official, on: date, resources: Sequence[Resource]
) -> dict[UUID, list[EntryAction]]:
    """What the official may do with each entry, in the order of registration."""
    found: dict[UUID, list[EntryAction]] = {resource.pk: [] for resource in resources}
    for answer in _entry_actions.values():
        for resource_id, action in answer(official, on, resources).items():
            found[resource_id].append(action)
    return found


def published(resource: Resource, *, now: datetime) -> None:
    """Tell everybody who asked that a version of the entry is live."""
    for callback in _publications.values():
        callback(resource, now=now)


def withdrawn(resource: Resource, *, by: Official | None, reason: str, now: datetime) -> None:
    """Tell everybody who asked that the entry is withdrawn."""
    for callback in _withdrawals.values():
        callback(resource, by=by, reason=reason, now=now)


def reasons_against_applying(
    official: Official, on: date, resources: Iterable[Resource], own: set[int] | None = None
) -> dict[UUID, Reason]:
    """Why nobody in the official's department can apply for an entry, as far as the catalog knows.

    ``live`` and ``provider`` must be loaded; ``own`` are the official's departments, if the caller
    knows them. Entries without a reason are left out.
    """
    own = department_ids(official, on) if own is None else own
    found = {resource.pk: _reason_against(resource, own) for resource in resources}
    return {pk: reason for pk, reason in found.items() if reason is not None}


def _reason_against(resource: Resource, own: set[int]) -> Reason | None:
    if resource.provider_id in own:
        return Reason("own_department", _("Your own department provides this data."))
    if resource.status == ResourceStatus.IMPORTED:
        return Reason(
            "incomplete",
            _(
                "The entry was imported and is still to be completed by its provider; it can be "
                "applied for once it is published."
            ),
        )
    if resource.status != ResourceStatus.PUBLISHED or resource.live is None:
        return Reason("not_published", _("The entry is not published."))
    if resource.live.sharing_type == SharingType.NON_SHARED:
        return Reason(
            "non_shared",
            _("The data is not shared: %(citation)s"),
            {"citation": resource.live.sharing_citation},
        )
    return None
