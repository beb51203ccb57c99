"""Files of the exchange: the template, exports, the faulty rows."""

import tempfile
from collections.abc import Callable
from typing import IO
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.exchange import exporting
from catalog.exchange.faulty import write_faulty
from catalog.exchange.intake import get_intake
from catalog.exchange.template import write_template
from catalog.search import Filters
from catalog.search.query import LONGEST_QUERY
from catalog.views.readers import reader_of

ENDINGS = {"xlsx": "xlsx", "csv": "zip", "jsonl": "jsonl"}


def file_response(name: str, kind: str, write: Callable[[IO[bytes]], object]) -> FileResponse:
    """A file that waits on disk while it is sent."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        write(target)
    except BaseException:
        target.close()
        raise
    target.seek(0)
    return FileResponse(
        target, as_attachment=True, filename=name, content_type=exporting.KINDS[kind]
    )


@require_safe
def template(request: HttpRequest) -> FileResponse:
    """The empty template in the reader's language."""
    reader_of(request)
    return file_response("catalog-template.xlsx", "xlsx", write_template)


@require_safe
def export(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    """What the reader sees of the catalog, by the words and filters of the list."""
    if kind not in exporting.KINDS:
        raise Http404
    official, on = reader_of(request), timezone.localdate()
    text = request.GET.get("q", "")[:LONGEST_QUERY]
    rows = exporting.found(official, on, text, Filters.of(dict(request.GET.lists())))
    exporting.check_size(kind, rows.count())
    exported = exporting.entries(rows, official, on)
    name = f"catalog-{on.isoformat()}.{ENDINGS[kind]}"
    if kind != "jsonl":
        return file_response(name, kind, lambda target: exporting.WRITERS[kind](exported, target))
    response = StreamingHttpResponse(
        exporting.json_lines(exported), content_type=exporting.KINDS[kind]
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def faulty(request: HttpRequest, pk: UUID) -> FileResponse:
    """The rows that are left out, to be corrected and uploaded again."""
    intake = get_intake(reader_of(request), pk, timezone.localdate())
    return file_response("catalog-faults.xlsx", "xlsx", lambda target: write_faulty(intake, target))
