"""What people do with runs: start, accept all or some, leave out, stop."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.harvest.checking import PENDING, counts_of
from catalog.harvest.sources import authorities_of
from catalog.models import HarvestRecord, HarvestRun, HarvestSource
from portal.errors import Fault, Forbidden, Invalid, NotAllowed, NotVisible
from portal.ledger.records import record
from portal.organisation.models import Official
from portal.queue import enqueue

TASK = "catalog.run_harvest"
RESUME_WITHIN = timedelta(days=2)
"""A run that a fault stopped goes on where it was, if it is not older; else it begins anew."""
Status = HarvestRun.Status


def runs_of(official: Official, on: date) -> QuerySet[HarvestRun]:
    """Runs over the sources that the official looks after."""
    own = authorities_of(official, on)
    return HarvestRun.objects.filter(source__authority__in=own).select_related(
        "source__authority__region", "source__provider", "started_by", "accepted_by"
    )


def get_run(official: Official, pk: UUID, on: date) -> HarvestRun:
    """One run, or NotVisible."""
    found = runs_of(official, on).filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such harvest."))
    return found


@transaction.atomic
def start(*, by: Official | None, source: HarvestSource, now: datetime) -> HarvestRun:
    """Begin a run, or go on with one that a fault stopped; a run that only waits is replaced.

    NotAllowed while one is at work or the source is off; Forbidden for others than its authority.
    ``by`` is None for the clockwork and the command.
    """
    locked = HarvestSource.objects.select_for_update().get(pk=source.pk)
    _refuse_strangers(by, locked, now)
    if not locked.active:
        raise NotAllowed(
            _("The source is switched off."),
            remedy=_("Switch it on in the administration."),
            code="inactive",
        )
    last = locked.runs.select_for_update(of=("self",)).first()
    if last is not None and last.is_working:
        raise NotAllowed(
            _("A run over this source is at work."),
            remedy=_("Wait until it is done, or stop it."),
            code="running",
        )
    if last is not None and _goes_on(last, now):
        run = last
        run.status, run.finished_at, run.worked_at = run.problem["at"], None, now
        run.problem = {}
        run.save(update_fields=["status", "finished_at", "worked_at", "problem"])
    else:
        if last is not None and last.status == Status.READY:
            _end(last, Status.STOPPED, now)
        run = HarvestRun.objects.create(source=locked, started_by=by, started_at=now, worked_at=now)
    _note("harvest.started", by, run, now)
    enqueue(TASK, str(run.pk), due_at=now)
    return run


def _goes_on(run: HarvestRun, now: datetime) -> bool:
    return (
        run.status == Status.FAILED
        and bool(run.problem.get("at"))
        and run.finished_at is not None
        and run.finished_at > now - RESUME_WITHIN
    )


@transaction.atomic
def accept(
    *, by: Official | None, run: HarvestRun, kinds: Collection[str], now: datetime
) -> HarvestRun:
    """Have the changes of these kinds taken over, without the records that were left out.

    From the first acceptance on, runs may take over by themselves what the source names. Invalid
    when nothing was chosen; NotAllowed unless the run waits.
    """
    locked = _locked(by, run, now, Status.READY)
    chosen = sorted({str(kind) for kind in kinds} & {str(kind) for kind in PENDING})
    if not chosen:
        message, remedy = _("Nothing was chosen."), _("Tick at least one kind of change.")
        raise Invalid(message, [Fault("kinds", message, remedy, "missing")])
    locked.accepted, locked.accepted_by, locked.held = chosen, by, ""
    locked.status, locked.position, locked.worked_at = Status.APPLYING, 0, now
    locked.save(
        update_fields=["accepted", "accepted_by", "held", "status", "position", "worked_at"]
    )
    if locked.source.agreed_at is None:
        locked.source.agreed_at = now
        locked.source.save(update_fields=["agreed_at"])
    _note("harvest.accepted", by, locked, now, kinds=chosen)
    enqueue(TASK, str(locked.pk), due_at=now)
    return locked


@transaction.atomic
def choose(
    *, by: Official | None, run: HarvestRun, records: Iterable[int], accepted: bool, now: datetime
) -> int:
    """Leave records of a waiting run out, or take them in again; return how many."""
    locked = _locked(by, run, now, Status.READY)
    found = HarvestRecord.objects.filter(run=locked, pk__in=list(records), state__in=PENDING)
    changed = found.exclude(accepted=accepted).update(accepted=accepted)
    locked.counts = counts_of(locked)
    locked.save(update_fields=["counts"])
    return changed


@transaction.atomic
def stop(*, by: Official | None, run: HarvestRun, now: datetime) -> HarvestRun:
    """End a run; what it has taken over stays, and the ledger says how much that is."""
    locked = _locked(by, run, now, *HarvestRun.OPEN)
    _end(locked, Status.STOPPED, now)
    _note("harvest.stopped", by, locked, now)
    return locked


def _end(run: HarvestRun, status: str, now: datetime) -> None:
    run.status, run.finished_at = status, now
    run.save(update_fields=["status", "finished_at"])


def _locked(by: Official | None, run: HarvestRun, now: datetime, *expected: str) -> HarvestRun:
    locked = (
        HarvestRun.objects.select_for_update(of=("self",)).select_related("source").get(pk=run.pk)
    )
    _refuse_strangers(by, locked.source, now)
    if locked.status not in expected:
        raise NotAllowed(
            _("The run is no longer at this point."),
            remedy=_("Open its page again to see where it is."),
            code="elsewhere",
        )
    return locked


def _refuse_strangers(by: Official | None, source: HarvestSource, now: datetime) -> None:
    on = timezone.localdate(now)
    if by is not None and source.authority_id not in authorities_of(by, on):
        raise Forbidden(
            _("Only the reviewers and the head of the competent authority harvest for it."),
            remedy=_("Ask them."),
        )


def _note(kind: str, by: Official | None, run: HarvestRun, now: datetime, **facts: object) -> None:
    record(
        kind,
        by=by,
        obj=run,
        now=now,
        label=run.source.name,
        departments=[run.source.authority_id],
        data={"source": str(run.source_id), "counts": run.counts, **facts},
    )
