"""What a change of departments means for the catalog: entries, sources, systems, saved searches."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from catalog import access
from catalog.actions.transferring import authority_of, tell_of_offers
from catalog.models import (
    UNDER_REVIEW,
    DataSource,
    EntryTransfer,
    InformationSystem,
    PublicationReview,
    RequiredUpdate,
    Resource,
    SavedSearch,
    SystemState,
    TransferStatus,
)
from catalog.search import reindex
from portal.errors import Fault
from portal.ledger.records import record
from portal.organisation.hooks import Consequence, Outlook
from portal.organisation.models import ChangeKind, ChangeReceiver, Department, DepartmentChange

TAKES_OVER: Final = frozenset({ChangeKind.MERGE, ChangeKind.SPLIT, ChangeKind.DISSOLVE})
EXAMPLES: Final = 5


class CatalogEffects:
    """Entries are offered to who takes over; sources and systems follow the main successor."""

    def holds(self, department: Department) -> bool:
        """Whether entries, sources or systems belong to it."""
        return any(
            rows.exists()
            for rows in (
                Resource.objects.filter(provider=department),
                DataSource.objects.filter(department=department),
                InformationSystem.objects.filter(department=department),
            )
        )

    def preview(self, change: DepartmentChange, on: date) -> Outlook:
        """How many entries go where, what is under review, what follows."""
        del on
        sources = list(change.sources.order_by("pk"))
        entries = Resource.objects.filter(provider__in=sources).select_related("live")
        if change.kind not in TAKES_OVER:
            becomes = _("are found under the new name or region; their codes stay as they are")
            return Outlook(tuple(_counted(_("Catalog entries"), entries, becomes)))
        receivers = _receivers(change)
        leaving = _leaving(sources, receivers)
        goals = list(_goals(change, entries, leaving, receivers))
        return Outlook(
            (*_entries(goals), *_others(leaving, receivers)),
            tuple(_faults(sources, leaving, receivers, entries)),
        )

    def carry_out(self, change: DepartmentChange, *, now: datetime) -> None:
        """Offer the entries, hand over sources and systems, write the search rows anew."""
        sources = list(change.sources.select_related("region").order_by("pk"))
        entries = Resource.objects.filter(provider__in=sources)
        if change.kind in TAKES_OVER:
            receivers = _receivers(change)
            leaving = _leaving(sources, receivers)
            _offer(change, list(_goals(change, entries, leaving, receivers)), sources, now)
            _hand_over(change, leaving, receivers, now)
        concerned = [*sources, *(row.department for row in _receivers(change) if row.department)]
        shown = Resource.objects.filter(provider__in=concerned).order_by("pk")
        reindex(list(shown.values_list("pk", flat=True)))


EFFECTS: Final = CatalogEffects()

Goal = tuple[Resource, ChangeReceiver | None]


def _receivers(change: DepartmentChange) -> list[ChangeReceiver]:
    return list(change.receivers.select_related("department").order_by("position", "pk"))


def _leaving(sources: Sequence[Department], receivers: Sequence[ChangeReceiver]) -> set[int]:
    staying = {row.department_id for row in receivers}
    return {one.pk for one in sources} - staying


def _goals(
    change: DepartmentChange,
    entries: QuerySet[Resource],
    leaving: set[int],
    receivers: Sequence[ChangeReceiver],
) -> Iterable[Goal]:
    """Entries that change hands, with who takes them; None where nobody was named."""
    del change
    named = {code: row for row in receivers for code in row.entry_codes}
    main = receivers[0] if receivers else None
    for entry in entries.order_by("pk"):
        goal = named.get(entry.code or "")
        if goal is not None and goal.department_id != entry.provider_id:
            yield entry, goal
        elif entry.provider_id in leaving:
            yield entry, main


def _entries(goals: Sequence[Goal]) -> Iterable[Consequence]:
    by_goal: dict[str, list[Resource]] = {}
    for entry, goal in goals:
        by_goal.setdefault(str(goal) if goal else "", []).append(entry)
    for name, found in sorted(by_goal.items()):
        becomes = (
            str(_("are offered to %(name)s, which accepts them; their codes stay")) % {"name": name}
            if name
            else str(_("wait for the competent authority, which names a department"))
        )
        examples = tuple(str(one) for one in found[:EXAMPLES])
        yield Consequence(_("Catalog entries"), len(found), becomes, examples)
    ids = [entry.pk for entry, _goal in goals]
    reviews = PublicationReview.objects.filter(status__in=UNDER_REVIEW, resource__in=ids)
    back = _("go back to be sent anew when the entry is accepted")
    yield from _counted(_("Versions under review"), reviews.select_related("version"), back)
    updates = RequiredUpdate.objects.open().filter(resource__in=ids)
    along = _("go on with the entry; the limit stays")
    yield from _counted(_("Entries to be updated in time"), updates, along)


def _others(leaving: set[int], receivers: Sequence[ChangeReceiver]) -> Iterable[Consequence]:
    main = {"name": str(receivers[0]) if receivers else str(_("the competent authority"))}
    belong = str(_("belong to %(name)s")) % main
    sources = DataSource.objects.filter(department__in=leaving)
    yield from _counted(_("Data sources"), sources, belong)
    systems = InformationSystem.objects.filter(department__in=leaving)
    yield from _counted(_("Information systems"), systems, belong)
    wanted = [str(pk) for pk in leaving]
    searches = (
        SavedSearch.objects.filter(filters__provider__has_any_keys=wanted)
        if wanted
        else (SavedSearch.objects.none())
    )
    becomes = _("go on, with what the successors provide")
    yield from _counted(_("Saved searches for the department"), searches, becomes)


def _counted(what: Any, rows: Any, becomes: Any) -> Iterable[Consequence]:
    if count := rows.count():
        yield Consequence(what, count, becomes, tuple(str(row) for row in rows[:EXAMPLES]))


def _faults(
    sources: Sequence[Department],
    leaving: set[int],
    receivers: Sequence[ChangeReceiver],
    entries: QuerySet[Resource],
) -> Iterable[Fault]:
    open_ones = EntryTransfer.objects.open()
    waiting = open_ones.filter(to_department__in=leaving) | open_ones.filter(
        from_department__in=[one.pk for one in sources]
    )
    if number := waiting.count():
        message = str(_("%(number)s transfers of entries still wait for an answer."))
        remedy = _("Have them answered or taken back first.")
        yield Fault("sources", message % {"number": number}, remedy, "open_transfers")
    wanted = {code for row in receivers for code in row.entry_codes}
    known = set(entries.filter(code__in=wanted).values_list("code", flat=True))
    if unknown := sorted(wanted - known):
        message = str(_("No entries of the departments concerned: %(codes)s."))
        remedy = _("Correct the codes of entries.")
        yield Fault("entry_codes", message % {"codes": ", ".join(unknown[:20])}, remedy, "codes")


# --- doing it ------------------------------------------------------------------------------


def _offer(
    change: DepartmentChange, goals: Sequence[Goal], sources: Sequence[Department], now: datetime
) -> None:
    """Every entry on its way; the authority looks after those of departments that are gone."""
    by_pk = {one.pk: one for one in sources}
    authorities = {pk: authority_of(one, now) for pk, one in by_pk.items()}
    made = []
    for entry, goal in goals:
        old = by_pk[entry.provider_id]
        gone = old.valid_until is not None
        authority = authorities[old.pk]
        made.append(
            EntryTransfer(
                resource=entry,
                from_department=old,
                to_department=goal.department if goal else None,
                change=change,
                reason=change.legal_basis,
                offered_at=now,
                authority=authority,
                in_custody=gone and authority is not None,
                status=TransferStatus.OFFERED if goal else TransferStatus.REFERRED,
            )
        )
    EntryTransfer.objects.bulk_create(made, batch_size=1000)
    for pk, authority in authorities.items():
        kept = [one.resource_id for one in made if one.from_department_id == pk and one.in_custody]
        if authority is not None and kept:
            access.give_many(
                access.Permission.MANAGE,
                department=authority,
                resources=Resource.objects.filter(pk__any=kept),
            )
    _tell(made, by_pk, now)
    record(
        "catalog.entries_offered", by=None, obj=change, now=now, departments=list(by_pk),
        data={"entries": len(made), "in_custody": sum(one.in_custody for one in made)},
    )  # fmt: skip


def _tell(made: Sequence[EntryTransfer], by_pk: dict[int, Department], now: datetime) -> None:
    pairs: dict[tuple[int, Department], int] = {}
    for one in made:
        if one.to_department is not None:
            key = (one.from_department_id, one.to_department)
            pairs[key] = pairs.get(key, 0) + 1
    for (old, goal), number in pairs.items():
        tell_of_offers(goal, by_pk[old], number, now)


def _hand_over(
    change: DepartmentChange, leaving: set[int], receivers: Sequence[ChangeReceiver], now: datetime
) -> None:
    """Sources and systems belong to the main successor, or to the authority without one."""
    main = receivers[0].department if receivers else None
    for old in change.sources.filter(pk__in=leaving).select_related("region"):
        goal = main or authority_of(old, now)
        if goal is None:
            continue
        taken = DataSource.objects.filter(department=goal).values_list("name", flat=True)
        sources = DataSource.objects.filter(department=old)
        in_use = InformationSystem.objects.filter(department=goal).exclude(
            state=SystemState.RETIRED
        )
        systems = InformationSystem.objects.filter(department=old)
        moved = {
            "sources": _move(sources, set(taken), old, goal),
            "systems": _move(systems, set(in_use.values_list("name", flat=True)), old, goal),
        }
        if any(moved.values()):
            record(
                "catalog.sources_moved", by=None, obj=change, now=now,
                departments=[old.pk, goal.pk], data=moved | {"from": old.name, "to": goal.name},
            )  # fmt: skip


def _move(rows: Any, taken: set[str], old: Department, goal: Department) -> int:
    """Give them to ``goal``; one whose name is taken there is called after its old department."""
    found = list(rows.order_by("pk"))
    for row in found:
        row.department = goal
        if row.name in taken:
            mark = f"（{old.short_name or old.name}）"
            row.name = f"{row.name[: 100 - len(mark)]}{mark}"
        row.save(update_fields=["department", "name"])
    return len(found)
