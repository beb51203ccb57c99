"""The work of a run, batch by batch, each complete in itself, so that any worker can go on.

What is asked of the source is asked outside of transactions; a page is saved together with the
address of the next one. A worker that finds the run moved by another one stops.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.harvest.applying import Applier
from catalog.harvest.checking import PENDING, Checker, counts_of, note_vanished, vanished
from catalog.harvest.ckan import CkanReader
from catalog.harvest.dcat import DcatReader
from catalog.harvest.fetching import Client
from catalog.harvest.mapping import key_of
from catalog.harvest.problems import HarvestProblem, frozen
from catalog.harvest.reading import Page, Reader
from catalog.harvest.telling import tell
from catalog.models import HarvestRecord, HarvestRun, HarvestSource
from portal.errors import PortalError
from portal.ledger.records import record

CHECK_BATCH = 200
APPLY_BATCH = 100
Clock = Callable[[], datetime]
Status, State, Held = HarvestRun.Status, HarvestRecord.State, HarvestRun.Held
_MOVING = (
    "status", "cursor", "pages", "position", "counts", "seen", "told", "complete", "held",
    "accepted", "worked_at", "finished_at",
)  # fmt: skip
log = structlog.get_logger("catalog.harvest")


class MovedOnError(Exception):
    """Somebody stopped the run, or another worker is at it."""


def reader_for(source: HarvestSource) -> Reader:
    """What reads this kind of source, with the hosts and limits that are configured."""
    kinds: dict[str, Callable[[str, Client], Reader]] = {
        HarvestSource.Kind.CKAN: CkanReader,
        HarvestSource.Kind.DCAT: DcatReader,
    }
    return kinds[source.kind](source.address, Client.of_settings())


@dataclass(frozen=True, slots=True)
class Work:
    """The clock, and the reader if it is not the one of the source's kind."""

    clock: Clock
    reader: Reader | None = None


def work(pk: UUID, *, clock: Clock, reader: Reader | None = None) -> str:
    """Do everything that can be done on the run now; return its status afterwards.

    Safe to call at any time, from several workers at once, and again after a crash.
    """
    steps = {Status.GATHERING: _gather, Status.CHECKING: _check, Status.APPLYING: _apply}
    doing = Work(clock, reader)
    while True:
        run = _loaded().filter(pk=pk).first()
        if run is None or run.status not in steps:
            return run.status if run else ""
        try:
            steps[Status(run.status)](run, doing)
        except MovedOnError:
            return HarvestRun.objects.values_list("status", flat=True).get(pk=pk)
        except OperationalError:
            raise  # the sweep tries again
        except PortalError as error:
            _fail(run, error, clock())
        except Exception:
            _fail(run, _broken(), clock())
            raise


def _loaded() -> QuerySet[HarvestRun]:
    return HarvestRun.objects.select_related(
        "source__authority__region", "source__provider", "accepted_by"
    )


@contextmanager
def _batch(run: HarvestRun, doing: Work) -> Iterator[HarvestRun]:
    """One transaction on the locked run, if it is still where this worker left it."""
    with transaction.atomic():
        locked = _loaded().select_for_update(of=("self",)).get(pk=run.pk)
        if _place(locked) != _place(run):
            raise MovedOnError
        yield locked
        locked.worked_at = doing.clock()
        locked.save(update_fields=[*_MOVING, *(["names"] if run.pages == 0 else [])])
    for name in ("status", "cursor", "pages", "position", "counts", "names", "seen", "told"):
        setattr(run, name, getattr(locked, name))


def _place(run: HarvestRun) -> tuple[str, int, int]:
    return run.status, run.pages, run.position


# --- gathering ------------------------------------------------------------------------------


def _gather(run: HarvestRun, doing: Work) -> None:
    reader = doing.reader or reader_for(run.source)
    while True:
        if run.pages >= settings.HARVEST_MAX_PAGES:
            raise _endless()
        page = reader.page(run.cursor, run.names)
        with _batch(run, doing) as locked:
            fresh = _save_page(locked, page)
            if page.records and page.following and not fresh:
                raise _endless()
            locked.cursor, locked.pages = page.following, locked.pages + 1
            if not page.following:
                locked.complete = _is_complete(locked)
                locked.status, locked.position = Status.CHECKING, 0
        if not page.following:
            return


def _save_page(run: HarvestRun, page: Page) -> int:
    """Keep the records of a page; return how many of them the run had not seen."""
    start = run.records.count() + 1
    rows = [
        HarvestRecord(
            run=run,
            number=number,
            identifier=one.identifier,
            key=key_of(run.source_id, one.identifier) if one.identifier else "",
            raw=one.raw,
        )
        for number, one in enumerate(page.records, start)
    ]
    known = set(run.records.filter(key__in=[row.key for row in rows]).values_list("key", flat=True))
    unnamed = sum(not row.key for row in rows)
    fresh = len({row.key for row in rows if row.key} - known) + unnamed
    HarvestRecord.objects.bulk_create(rows, batch_size=200)
    if page.names is not None:
        run.names = list(page.names)
    if page.told is not None:
        run.told = page.told
    run.seen += fresh
    doubts = run.counts.get("doubts", 0) + unnamed + (not page.sure)
    run.counts = {"records": start - 1 + len(rows), "doubts": doubts}
    return fresh


def _is_complete(run: HarvestRun) -> bool:
    """Whether everything was seen: as many as the source said, each with its identifier."""
    matches = run.told is None or run.told == run.seen
    return matches and not run.counts.get("doubts")


def _endless() -> HarvestProblem:
    return HarvestProblem(
        _("The source sends the same pages again and again."),
        remedy=_("Check the address; tell the source that its pages do not end."),
        code="harvest_endless",
    )


# --- comparing ------------------------------------------------------------------------------


def _check(run: HarvestRun, doing: Work) -> None:
    checker = Checker(run, now=doing.clock())
    records = run.records.filter(state=State.READ).order_by("pk")
    while rows := list(records.filter(pk__gt=run.position)[:CHECK_BATCH]):
        with _batch(run, doing) as locked:
            checker.check(rows)
            locked.position = rows[-1].pk
            locked.counts = locked.counts | {"checked": locked.counts.get("checked", 0) + len(rows)}
    with _batch(run, doing) as locked:
        many = False
        if locked.complete:
            gone = vanished(locked)
            many = gone.are_many
            note_vanished(locked, gone.entries)
        locked.counts = counts_of(locked)
        _decide(locked, doing.clock(), many_gone=many)


def _decide(run: HarvestRun, now: datetime, *, many_gone: bool) -> None:
    """Done, or taken over by itself as far as agreed, or waiting for a person."""
    pending = [str(kind) for kind in PENDING if run.counts.get(kind)]
    agreed = _agreed(run.source, many_gone=many_gone)
    own = [kind for kind in pending if kind in agreed]
    if not pending:
        _finish(run, now)
        return
    if len(own) < len(pending):
        waits = many_gone and State.GONE in pending
        run.held = Held.MANY_GONE if waits else Held.NOT_AGREED
        if run.source.agreed_at is None:
            run.held = Held.FIRST
    if own:
        run.accepted, run.status, run.position = own, Status.APPLYING, 0
    else:
        _wait(run, now)


def _agreed(source: HarvestSource, *, many_gone: bool) -> set[str]:
    """Kinds of changes that need no person any more."""
    if source.agreed_at is None:
        return set()
    kinds = {str(State.NEW): source.apply_new, str(State.BACK): source.apply_new}
    kinds[str(State.CHANGED)] = source.apply_changed
    kinds[str(State.GONE)] = source.apply_gone and not many_gone
    return {kind for kind, yes in kinds.items() if yes}


# --- taking over ----------------------------------------------------------------------------


def _apply(run: HarvestRun, doing: Work) -> None:
    applier = Applier(run, now=doing.clock())
    wanted = run.records.filter(state__in=run.accepted, accepted=True).order_by("pk")
    while rows := list(wanted.filter(pk__gt=run.position)[:APPLY_BATCH]):
        with _batch(run, doing) as locked:
            applier.apply(rows)
            locked.position = rows[-1].pk
            locked.counts = locked.counts | {"applied": locked.counts.get("applied", 0) + len(rows)}
    with _batch(run, doing) as locked:
        locked.counts = counts_of(locked)
        if locked.held:
            _wait(locked, doing.clock())
        else:
            _finish(locked, doing.clock())


def _wait(run: HarvestRun, now: datetime) -> None:
    run.status = Status.READY
    tell(run, f"harvest.{run.held}", now=now)


def _finish(run: HarvestRun, now: datetime) -> None:
    run.status, run.finished_at = Status.DONE, now
    record(
        "harvest.finished",
        by=run.accepted_by,
        obj=run,
        now=now,
        label=run.source.name,
        departments=[run.source.authority_id],
        data={"source": str(run.source_id), "complete": run.complete, "counts": run.counts},
    )


# --- when something goes wrong --------------------------------------------------------------


def _broken() -> PortalError:
    return PortalError(
        _("The run stopped because of an error in the portal."),
        remedy=_("Tell the operator of the portal. What was taken over stays; nothing is half."),
    )


@transaction.atomic
def _fail(run: HarvestRun, error: PortalError, now: datetime) -> None:
    locked = _loaded().select_for_update(of=("self",)).get(pk=run.pk)
    if locked.status != run.status:
        return
    log.warning("harvest failed", run=str(locked.pk), reason=error.reason)
    locked.problem = frozen(error, at=locked.status)
    locked.status, locked.finished_at = Status.FAILED, now
    locked.save(update_fields=["status", "finished_at", "problem"])
    record(
        "harvest.failed",
        by=None,
        obj=locked,
        now=now,
        label=locked.source.name,
        departments=[locked.source.authority_id],
        data={"source": str(locked.source_id), "reason": error.reason, "counts": locked.counts},
    )
    tell(locked, "harvest.failed", now=now)
