"""Pages and files of the three lists (R33)."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.presenting.lists import LISTS, RESPONSIBILITY, Choice, Rows, ThreeList, write_list
from catalog.views.exchange_files import file_response
from catalog.views.readers import reader_of
from portal.errors import NotVisible
from portal.organisation.models import Department, Region

PAGE_SIZE = 50


@require_safe
def lists_home(request: HttpRequest) -> HttpResponse:
    """The list that most people look for."""
    reader_of(request)
    return redirect("catalog:lists", RESPONSIBILITY)


@require_safe
def three_lists(request: HttpRequest, kind: str) -> HttpResponse:
    """One of the lists, for a department, a region or the whole."""
    one, rows, choice = _chosen(request, kind)
    page: Any = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))  # type: ignore[arg-type]
    official = reader_of(request)
    context: dict[str, Any] = {
        "list": one,
        "choice": choice,
        "page_obj": page,
        "columns": [label for label, _width in one.columns],
        "tabs": [
            (each.name, _address("catalog:lists", each.kind, choice), each.kind == kind)
            for each in LISTS.values()
        ],
        "file_url": _address("catalog:list_file", kind, choice),
        "everything": reverse("catalog:lists", args=[kind]),
        "regions": Region.objects.filter(departments__isnull=False).exclude(
            level__in=["township", "village"]
        ).distinct(),
        "department": Department.objects.filter(pk=choice.department).first()
        if choice.department
        else None,
        "own": official.department,
    }  # fmt: skip
    return render(request, "catalog/lists.html", context)


@require_safe
def list_file(request: HttpRequest, kind: str) -> FileResponse:
    """The same list as a workbook."""
    one, rows, _choice = _chosen(request, kind)
    name = f"{kind}-list-{timezone.localdate().isoformat()}.xlsx"
    return file_response(name, "xlsx", lambda target: write_list(one, rows, target))


def _chosen(request: HttpRequest, kind: str) -> tuple[ThreeList, Rows, Choice]:
    one = LISTS.get(kind)
    if one is None:
        raise NotVisible(_("There is no such list."))
    choice = Choice.of(request.GET.dict())
    return one, one.rows(reader_of(request), timezone.localdate(), choice), choice


def _address(name: str, kind: str, choice: Choice) -> str:
    given = {"region": choice.region, "department": choice.department or ""}
    query = urlencode({key: value for key, value in given.items() if value})
    url = reverse(name, args=[kind])
    return f"{url}?{query}" if query else url
