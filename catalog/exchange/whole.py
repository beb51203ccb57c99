"""An upload from beginning to end without a page, and its figures."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.core.files import File
from django.utils.translation import gettext as _

from catalog.exchange import intake as intakes
from catalog.exchange.working import work
from catalog.models import Intake
from portal.organisation.models import Department


def bring_in(
    path: Path, department: Department, *, confirmed: bool, clock: Callable[[], datetime]
) -> Intake:
    """Read and check a file for a department, with the headings as they are matched.

    Writes what is new or changed only if ``confirmed``; otherwise the upload waits on its page.
    OSError and Invalid for a file that cannot be read.
    """
    with path.open("rb") as stream:
        intake = intakes.receive(
            by=None, department=department, file=File(stream), name=path.name, now=clock()
        )
    intakes.confirm_matching(intake=intake, chosen=None, now=clock())
    if work(intake.pk, clock=clock) == Intake.Status.READY and confirmed:
        intakes.confirm(by=None, intake=intake, now=clock())
        work(intake.pk, clock=clock)
    intake.refresh_from_db()
    return intake


def figures(intake: Intake) -> list[tuple[str, int]]:
    """How many entries the upload would create or change, or has; what it leaves alone."""
    counts = intake.counts
    if intake.status == Intake.Status.DONE:
        first = [(_("Created"), "created"), (_("Updated"), "updated")]
    else:
        first = [(_("New"), "new"), (_("Changed"), "changed")]
    rest = [
        (_("Unchanged"), "unchanged"),
        (_("Faulty, left out"), "faulty"),
        (_("Data items"), "items"),
    ]
    return [(label, counts.get(name, 0)) for label, name in [*first, *rest]]
