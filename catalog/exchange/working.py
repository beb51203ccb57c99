"""The work on an upload, batch by batch, each complete in itself, so that any worker can go on."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from catalog.actions import NewDraft, create_drafts, revise, save_draft
from catalog.exchange.checking import Checker, Plan, save_checked
from catalog.exchange.faults import frozen
from catalog.exchange.headers import SheetMatch
from catalog.exchange.intake import TASK, note, path_of
from catalog.exchange.speaking import filled
from catalog.exchange.staging import batches, link, rows_of, save_batch, store_findings
from catalog.models import Intake, IntakeRow, Resource
from portal.errors import Fault, Invalid, PortalError
from portal.queue import enqueue

READ_BATCH = 1_000
CHECK_BATCH = 200
WRITE_BATCH = 100
LOST_AFTER = timedelta(seconds=90)
KEEP = timedelta(days=30)
"""How long the rows of an upload that is over are kept, for its list of faults."""
_WRITERS = 5_309_302
Clock = Callable[[], datetime]
Status, State = Intake.Status, IntakeRow.State
log = structlog.get_logger("catalog.exchange")


class MovedOnError(Exception):
    """Somebody cancelled the upload, or another worker is at it."""


def work(pk: UUID, *, clock: Clock) -> str:
    """Do everything that can be done on the upload now; return its status afterwards.

    Safe to call at any time, from several workers at once, and again after a crash.
    """
    steps = {
        Status.READING: _read,
        Status.LINKING: _link,
        Status.CHECKING: _check,
        Status.WRITING: _write,
    }
    while True:
        intake = Intake.objects.select_related("department", "confirmed_by").filter(pk=pk).first()
        if intake is None or intake.status not in steps:
            return intake.status if intake else ""
        try:
            steps[Status(intake.status)](intake, clock)
        except MovedOnError:
            return Intake.objects.values_list("status", flat=True).get(pk=pk)
        except DatabaseError:
            raise  # the sweep tries again
        except PortalError as error:
            _fail(intake, error, clock())
        except Exception:
            _fail(intake, _broken(), clock())
            raise


@contextmanager
def _batch(intake: Intake, clock: Clock) -> Iterator[Intake]:
    """One transaction on the locked upload, if it is still where this worker left it."""
    with transaction.atomic():
        locked = (
            Intake.objects.select_for_update(of=("self",))
            .select_related("department", "confirmed_by")
            .get(pk=intake.pk)
        )
        if (locked.status, locked.position) != (intake.status, intake.position):
            raise MovedOnError
        yield locked
        locked.worked_at = clock()
        locked.save(
            update_fields=["status", "position", "total", "counts", "worked_at", "finished_at"]
        )
    intake.status, intake.position, intake.counts = locked.status, locked.position, locked.counts


def _read(intake: Intake, clock: Clock) -> None:
    with path_of(intake) as path:
        for batch in batches(rows_of(path, intake, intake.position), READ_BATCH):
            with _batch(intake, clock) as locked:
                locked.position = save_batch(batch)
    with _batch(intake, clock) as locked:
        locked.counts = {"rows": locked.position}
        locked.status, locked.position = Status.LINKING, 0


def _link(intake: Intake, clock: Clock) -> None:
    with _batch(intake, clock) as locked:
        link(locked)
        _report_strays(locked)
        locked.total = locked.rows.filter(is_item=False).count()
        locked.status = Status.CHECKING


def _report_strays(intake: Intake) -> None:
    """Items that no row of an entry calls for."""
    sheets = [SheetMatch.of_json(sheet) for sheet in intake.matching]
    fault = Fault(
        "",
        _("No row of an entry goes with this data item."),
        _("Write the code, number or title of its entry as it stands on the sheet of entries."),
        "stray",
    )
    strays = intake.rows.filter(is_item=True, owner=None)
    for row in strays.iterator(1_000):
        columns = [one.key for one in sheets[row.sheet].columns]
        place = next((key for key in ("code", "title", "number") if key in columns), "")
        row.faults = [frozen(Fault(place, fault.message, fault.remedy, fault.code), row, sheets)]
        row.state = State.FAULTY
        row.save(update_fields=["faults", "state"])


def _check(intake: Intake, clock: Clock) -> None:
    checker = Checker(intake)
    sheets = [SheetMatch.of_json(sheet) for sheet in intake.matching]
    entries = intake.rows.filter(is_item=False).order_by("pk")
    while rows := list(entries.filter(pk__gt=intake.position)[:CHECK_BATCH]):
        with _batch(intake, clock) as locked:
            save_checked(checker.plans(rows), sheets)
            locked.position = rows[-1].pk
            locked.counts = locked.counts | {"checked": locked.counts.get("checked", 0) + len(rows)}
    with _batch(intake, clock) as locked:
        _refuse_doubles(locked, sheets)
        locked.counts = counts_of(locked)
        locked.status = Status.READY


def _refuse_doubles(intake: Intake, sheets: Sequence[SheetMatch]) -> None:
    """Rows that mean an entry that an earlier row means as well, each in its own words."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT later.id, earlier.number FROM ("
            " SELECT id, min(id) OVER (PARTITION BY target) AS first FROM catalog_intakerow"
            " WHERE intake_id = %s AND target IS NOT NULL AND twin IS NULL) AS later"
            " JOIN catalog_intakerow AS earlier ON earlier.id = later.first"
            " WHERE later.id <> later.first",
            [intake.pk],
        )
        doubles = dict(cursor.fetchall())
    for row in IntakeRow.objects.filter(pk__in=doubles):
        fault = Fault(
            "title",
            filled(_("The same entry already stands in row %(row)s."), row=doubles[row.pk]),
            _("Keep one of the two rows, or tell them apart by code or title."),
            "duplicate",
        )
        row.state, row.faults = State.FAULTY, [*row.faults, frozen(fault, row, sheets)]
        row.save(update_fields=["state", "faults"])


def counts_of(intake: Intake) -> dict[str, int]:
    """How many entries of each state, items, and rows with faults the file has."""
    states = Counter(intake.rows.filter(is_item=False).values_list("state", flat=True))
    return {
        "rows": intake.counts.get("rows", 0),
        "entries": sum(states.values()),
        "items": intake.rows.filter(is_item=True).count(),
        **{str(state): states[state] for state in State if states[state]},
        "faulty_rows": intake.rows.filter(~Q(faults=[])).count(),
        "noted_rows": intake.rows.filter(~Q(notes=[])).count(),
    }


def _write(intake: Intake, clock: Clock) -> None:
    checker = Checker(intake)
    sheets = [SheetMatch.of_json(sheet) for sheet in intake.matching]
    entries = intake.rows.filter(is_item=False).order_by("pk")
    while rows := list(
        entries.filter(pk__gt=intake.position, state__in=[State.NEW, State.CHANGED])[:WRITE_BATCH]
    ):
        with _batch(intake, clock) as locked:
            with connection.cursor() as cursor:  # one writer a department: titles are looked up
                cursor.execute(
                    "SELECT pg_advisory_xact_lock(%s, %s)", [_WRITERS, locked.department_id]
                )
            plans = checker.plans(rows, about_to_write=True)
            states = _write_plans(locked, plans, clock())
            _keep_written(plans, states, sheets)
            locked.position = rows[-1].pk
            locked.counts = dict(locked.counts)
            for state, number in Counter(states).items():
                locked.counts[state] = locked.counts.get(state, 0) + number
            for state in (row.state for row in rows if row.state in {State.NEW, State.CHANGED}):
                locked.counts[state] = locked.counts.get(state, 0) - 1
            locked.counts["written"] = locked.counts.get("written", 0) + len(rows)
    with _batch(intake, clock) as locked:
        locked.counts = counts_of(locked)
        locked.status, locked.finished_at = Status.DONE, clock()
        note("catalog.intake_written", locked.confirmed_by, locked, clock())


def _write_plans(intake: Intake, plans: Sequence[Plan], now: datetime) -> list[str]:
    """Write what is new or changed; the state of each entry afterwards."""
    states = [str(plan.state) for plan in plans]
    drafts = [
        (place, NewDraft(plan.content, plan.items or []))
        for place, plan in enumerate(plans)
        if states[place] == State.NEW
    ]
    create_drafts(
        by=intake.confirmed_by,
        provider=intake.department,
        drafts=[draft for _place, draft in drafts],
        now=now,
    )
    for place, draft in drafts:
        plans[place].faults += draft.faults
        states[place] = State.FAULTY if draft.faults else State.CREATED
        if draft.version is not None:
            plans[place].row.target = draft.version.resource_id
    for place, plan in enumerate(plans):
        if states[place] == State.CHANGED:
            states[place] = _change(intake, plan, now)
    return states


def _change(intake: Intake, plan: Plan, now: datetime) -> str:
    assert plan.existing is not None  # noqa: S101 - a plan without one is new
    resource = Resource.objects.get(pk=plan.existing.resource_id)
    try:
        with transaction.atomic():
            draft = revise(by=intake.confirmed_by, resource=resource, now=now)
            save_draft(
                by=intake.confirmed_by,
                version=draft,
                content=plan.content,
                items=plan.items,
                now=now,
            )
    except Invalid as error:
        plan.faults += error.faults or [Fault("", error.message, error.remedy)]
        return State.FAULTY
    except PortalError as error:
        plan.faults.append(Fault("", error.message, error.remedy, error.reason))
        return State.FAULTY
    return State.UPDATED


def _keep_written(
    plans: Sequence[Plan], states: Sequence[str], sheets: Sequence[SheetMatch]
) -> None:
    kept = []
    for plan, state in zip(plans, states, strict=True):
        row = IntakeRow(pk=plan.row.pk, state=state, target=plan.row.target)
        row.notes = plan.row.notes
        faults = [*plan.faults, *(one for many in plan.item_faults.values() for one in many)]
        row.faults = [frozen(fault, plan.row, sheets) for fault in faults]
        kept.append(row)
    store_findings(kept)


# --- when something goes wrong --------------------------------------------------------------


def _broken() -> PortalError:
    return PortalError(
        _("The work on the file stopped because of an error in the portal."),
        remedy=_(
            "What was written stays. Tell the operator of the portal; then upload the file again: "
            "what is there already will not be written twice."
        ),
    )


@transaction.atomic
def _fail(intake: Intake, error: PortalError, now: datetime) -> None:
    locked = Intake.objects.select_for_update().get(pk=intake.pk)
    if locked.status != intake.status:
        return
    log.warning("upload failed", intake=str(locked.pk), reason=error.reason)
    texts = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            texts[code] = [str(error.message), str(error.remedy)]
    locked.status, locked.finished_at = Status.FAILED, now
    locked.problem = {"texts": texts}
    locked.save(update_fields=["status", "finished_at", "problem"])


@transaction.atomic
def sweep(now: datetime) -> int:
    """Wake the work that no worker has moved for a while; return how many uploads that are."""
    lost = Intake.objects.filter(status__in=Intake.WORKING, worked_at__lt=now - LOST_AFTER)
    found: list[Any] = list(lost.values_list("pk", flat=True))
    for pk in found:
        enqueue(TASK, str(pk), due_at=now)
    return len(found)


def clear(now: datetime) -> int:
    """Remove files and rows of uploads nobody touched for a month; return how many."""
    old = Intake.objects.filter(created_at__lt=now - KEEP).exclude(file="")
    removed = 0
    for intake in old.exclude(status__in=Intake.WORKING).iterator():
        if intake.is_open:
            intake.status, intake.finished_at = Status.CANCELLED, now
        intake.rows.all().delete()
        intake.file.delete(save=False)
        intake.save(update_fields=["file", "status", "finished_at"])
        removed += 1
    return removed
