"""A department's file from upload to confirmation: what people do with it (ADR 0011)."""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.access import MANAGER_ROLES, manages_department
from catalog.exchange.columns import COLUMNS
from catalog.exchange.headers import ROWS_LOOKED_AT, SheetMatch, match_sheet
from catalog.exchange.speaking import filled
from catalog.exchange.tables import Table, open_tables
from catalog.exchange.template import own_asides
from catalog.models import Intake
from portal.errors import Fault, Forbidden, Invalid, NotAllowed, NotVisible
from portal.ledger.records import record
from portal.navigation import roles_of
from portal.organisation.access import held_posts
from portal.organisation.models import Department, Official
from portal.queue import enqueue
from portal.sheets import Odd

TASK = "catalog.run_intake"
IGNORED = ("faults", "state")
MOST_SHEETS = 20
Status = Intake.Status


def departments_of(official: Official, on: date) -> list[Department]:
    """Departments for which the official may bring in entries: those of the posts held."""
    ids = {post.department_id for post in held_posts(official, on)}
    found = Department.objects.filter(pk__in=ids).select_related("region").order_by("name")
    return [one for one in found if manages_department(official, one, on)]


def may_exchange(official: Official) -> bool:
    """Whether the navigation shows the exchange: to those who look after entries."""
    return not roles_of(official, timezone.localdate()).isdisjoint(MANAGER_ROLES)


def get_intake(official: Official, pk: UUID, on: date) -> Intake:
    """The upload; NotVisible unless the official looks after the entries of its department."""
    found = Intake.objects.select_related("department", "created_by").filter(pk=pk).first()
    if found is None or not manages_department(official, found.department, on):
        raise NotVisible(_("There is no such upload."))
    return found


def receive(
    *, by: Official | None, department: Department, file: File[bytes], name: str, now: datetime
) -> Intake:
    """Take a file in and match its headings; nothing of it is read further.

    Invalid, with what to do, for a file that is too large, means harm or holds no entries;
    Forbidden for those who do not look after the department's entries (``by`` None is a command).
    """
    if by is not None and not manages_department(by, department, timezone.localdate(now)):
        raise Forbidden(
            _("Only the stewards and heads of the providing department may change its entries."),
            remedy=_("Ask the steward of the providing department."),
        )
    if file.size > settings.INTAKE_MAX_MB * 1024 * 1024:
        raise Invalid(
            filled(_("The file is larger than %(size)s MB."), size=settings.INTAKE_MAX_MB),
            remedy=_("Split it into several files, or remove pictures from it."),
        )
    with _on_disk(file) as (path, digest):
        sheets = match_file(path, name)
    intake = Intake(
        department=department,
        created_by=by,
        created_at=now,
        file_name=Path(name).name[:255],
        file_digest=digest,
        matching=[sheet.as_json() for sheet in sheets],
    )
    file.seek(0)
    intake.file.save(intake.file_name, file, save=False)
    intake.save(force_insert=True)
    return intake


@contextmanager
def _on_disk(file: File[bytes]) -> Iterator[tuple[Path, str]]:
    """The file under a path of its own for as long as it is needed, and its digest."""
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile() as copy:
        for chunk in file.chunks(1 << 20):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name), digest.hexdigest()


@contextmanager
def path_of(intake: Intake) -> Iterator[Path]:
    """The uploaded file under a path, wherever it is stored."""
    with intake.file.open("rb") as stored, _on_disk(stored) as (path, _digest):
        yield path


def match_file(path: Path, name: str) -> list[SheetMatch]:
    """What each table of the file seems to be; Invalid when none has headings."""
    with open_tables(path, name) as tables:
        sheets = [_match(table) for table in tables[:MOST_SHEETS]]
    if all(sheet.row < 0 for sheet in sheets):
        raise Invalid(
            _("No row of headings was found in the file."),
            remedy=_("Put the headings of the template above the rows, at least the title."),
        )
    return sheets


def _match(table: Table) -> SheetMatch:
    if table.name in own_asides():
        return SheetMatch(table.name, -1, [])
    first = islice(table.rows(), ROWS_LOOKED_AT)
    rows = [
        (number, ["" if isinstance(cell, Odd) else cell for cell in row]) for number, row in first
    ]
    return match_sheet(table.name, rows)


@transaction.atomic
def confirm_matching(
    *, intake: Intake, chosen: Sequence[Sequence[str]] | None, now: datetime
) -> Intake:
    """Have the file read with these columns, sheet by sheet; None keeps what was matched.

    Invalid lists what keeps it from being read: no title, a column given away twice.
    """
    locked = _lock(intake, Status.MATCHING)
    sheets = [SheetMatch.of_json(sheet) for sheet in locked.matching]
    for sheet, keys in zip(sheets, chosen or (), strict=False):
        for column, key in zip(sheet.columns, keys, strict=False):
            known = key if key in COLUMNS else ""
            column.how = column.how if known == column.key else "chosen"
            column.key = known
    faults = [fault for number, sheet in enumerate(sheets) for fault in _twice(number, sheet)]
    if not any(sheet.role in {"entries", "both"} for sheet in sheets) and not _only_items(sheets):
        faults.append(
            Fault(
                "",
                _("No column holds the titles of the entries."),
                _("Say which column is the resource title."),
                "missing",
            )
        )
    if faults:
        raise Invalid(_("The file cannot be read like this."), faults)
    locked.matching = [sheet.as_json() for sheet in sheets]
    locked.status, locked.position, locked.worked_at = Status.READING, 0, now
    locked.save(update_fields=["matching", "status", "position", "worked_at"])
    enqueue(TASK, str(locked.pk), due_at=now)
    return locked


def _only_items(sheets: Sequence[SheetMatch]) -> bool:
    """A file that lists items with the titles of their entries says enough."""
    return any(sheet.role == "items" and "title" in sheet.keys for sheet in sheets)


def _twice(number: int, sheet: SheetMatch) -> Iterator[Fault]:
    keys = [column.key for column in sheet.columns if column.key and column.key not in IGNORED]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield Fault(
            f"column-{number}",
            filled(
                _("In sheet “%(sheet)s” two columns are taken for “%(column)s”."),
                sheet=sheet.name,
                column=COLUMNS[key].heading,
            ),
            _("Leave one of them out."),
            "twice",
        )


@transaction.atomic
def confirm(*, by: Official | None, intake: Intake, now: datetime) -> Intake:
    """Have what is new and changed written, without the faulty rows; the ledger says who."""
    locked = _lock(intake, Status.READY)
    locked.status, locked.position, locked.worked_at = Status.WRITING, 0, now
    locked.confirmed_by = by
    locked.total = locked.counts.get("new", 0) + locked.counts.get("changed", 0)
    locked.save(update_fields=["status", "position", "total", "worked_at", "confirmed_by"])
    note("catalog.intake_confirmed", by, locked, now)
    enqueue(TASK, str(locked.pk), due_at=now)
    return locked


@transaction.atomic
def rematch(*, intake: Intake, now: datetime) -> Intake:
    """Go back to the headings; what was read is forgotten, nothing was written yet."""
    locked = _lock(intake, Status.READY)
    locked.rows.all().delete()
    locked.status, locked.counts, locked.worked_at = Status.MATCHING, {}, now
    locked.save(update_fields=["status", "counts", "worked_at"])
    return locked


@transaction.atomic
def cancel(*, by: Official | None, intake: Intake, now: datetime) -> Intake:
    """Stop; what has been written by now stays, and the ledger says how much that is."""
    locked = _lock(intake, *Intake.OPEN)
    locked.status, locked.finished_at = Status.CANCELLED, now
    locked.save(update_fields=["status", "finished_at"])
    note("catalog.intake_cancelled", by, locked, now)
    return locked


def note(kind: str, by: Official | None, intake: Intake, now: datetime) -> None:
    """The ledger entry of something that happened to the upload."""
    record(
        kind,
        by=by,
        obj=intake,
        now=now,
        label=intake.file_name,
        departments=[intake.department_id],
        data={"file": intake.file_digest, **intake.counts},
    )


def _lock(intake: Intake, *expected: str) -> Intake:
    locked = Intake.objects.select_for_update(of=("self",)).get(pk=intake.pk)
    if locked.status not in expected:
        raise NotAllowed(
            _("The upload is no longer at this point."),
            remedy=_("Open its page again to see where it is."),
            code="elsewhere",
        )
    return locked
