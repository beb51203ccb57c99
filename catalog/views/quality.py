"""Pages of quality: one entry, the steward's worklist, its workbook."""

import tempfile
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.access import can_manage, get_visible
from catalog.exchange.exporting import KINDS
from catalog.quality import worklist
from catalog.quality.rules import WARNINGS
from catalog.quality.showing import TONES, shown
from catalog.views.readers import reader_of
from portal.errors import NotVisible

PAGE_SIZE = 50


@require_safe
def quality(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The quality of one entry: scores, what is behind them, how they come about."""
    official, on = reader_of(request), timezone.localdate()
    resource = get_visible(official, pk, on)
    found = shown(resource, on, managed=can_manage(official, resource, on))
    if found is None:
        raise NotVisible(_("There is no such entry in the catalog."))
    limits = sorted(found.scale.grades.items())
    context = {
        "resource": resource,
        "version": resource.shown_version(),
        "quality": found,
        "limits": limits,
        "lines_by_dimension": [
            (bar, [line for line in found.lines if line.dimension == bar.name])
            for bar in found.bars
        ],
    }
    return render(request, "catalog/quality/entry.html", context)


@require_safe
def quality_list(request: HttpRequest) -> HttpResponse:
    """What there is to mend in the entries the official looks after."""
    official, on = reader_of(request), timezone.localdate()
    choice = worklist.Choice.of(request.GET.dict())
    rows = worklist.managed(official, on)
    page = Paginator(
        worklist.chosen(rows, choice).select_related(
            "resource__live", "resource__provider", "resource__search"
        ),
        PAGE_SIZE,
    ).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "choice": choice,
        "kinds": [
            (kind, _address(worklist.Choice(kind.warning.code, choice.letter)))
            for kind in worklist.kinds(worklist.chosen(rows, worklist.Choice("", choice.letter)))
        ],
        "letters": [
            (letter, number, TONES[letter], _address(worklist.Choice(choice.code, letter)))
            for letter, number in worklist.letters(rows)
        ],
        "warning": WARNINGS.get(choice.code),
        "page_obj": page,
        "rows": [(row, TONES[row.letter]) for row in page],
        "is_filtered": choice != worklist.Choice(),
        "export_url": _address(choice, "catalog:quality_export"),
    }
    return render(request, "catalog/quality/list.html", context)


def _address(choice: worklist.Choice, name: str = "catalog:quality_list") -> str:
    given = {"code": choice.code, "letter": choice.letter}
    query = urlencode({key: value for key, value in given.items() if value})
    return f"{reverse(name)}?{query}" if query else reverse(name)


@require_safe
def quality_export(request: HttpRequest) -> FileResponse:
    """The warnings of the same choice as a workbook."""
    official, on = reader_of(request), timezone.localdate()
    rows = worklist.chosen(worklist.managed(official, on), worklist.Choice.of(request.GET.dict()))
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        worklist.write_warnings(rows, on, target)
    except BaseException:
        target.close()
        raise
    target.seek(0)
    name = f"quality-{on.isoformat()}.xlsx"
    return FileResponse(target, as_attachment=True, filename=name, content_type=KINDS["xlsx"])
