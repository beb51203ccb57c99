"""Saved searches and followed entries of the reader."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import actions
from catalog.actions.following import filters_of, get_search
from catalog.models import FollowedEntry, SavedSearch
from catalog.search import Filters, Query, Reader, rows_seen
from catalog.search.facets import LABELS, value_label
from catalog.search.query import LONGEST_QUERY
from catalog.views.listing import list_url
from catalog.views.readers import reader_of
from portal.errors import Invalid, NotAllowed
from portal.organisation.models import Official
from portal.pages.fields import add_faults


class SearchForm(forms.Form):
    """Under which name a search is kept, and whether it is followed."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("Only you see it."),
    )
    followed = forms.BooleanField(
        label=gettext_lazy("Tell me when something new is found"), required=False
    )


@require_safe
def saved_list(request: HttpRequest) -> HttpResponse:
    """All saved searches and followed entries of the reader."""
    official = reader_of(request)
    searches = SavedSearch.objects.filter(official=official)
    context = {
        "searches": [(search, describe(search)) for search in searches],
        "entries": _entries(official),
    }
    return render(request, "catalog/saved.html", context)


def describe(search: SavedSearch) -> str:
    """What the search asks for: its words, and the filters that are on."""
    chosen = [
        _("%(facet)s: %(value)s") % {"facet": LABELS[name], "value": value_label(name, value)}
        for name, value in filters_of(search).chosen()
    ]
    words = [_("“%(words)s”") % {"words": search.query}] if search.query else []
    return " · ".join([*words, *chosen]) or _("the whole catalog")


def _entries(official: Official) -> list[FollowedEntry]:
    """Followed entries that the reader sees today, each with its search row as ``row``."""
    follows = list(FollowedEntry.objects.filter(official=official))
    reader = Reader.of(official, timezone.localdate())
    rows = rows_seen(reader, Query("", ())).filter(pk__in=[one.resource_id for one in follows])
    seen = {row.pk: row for row in rows.select_related("version", "resource__provider")}
    for follow in follows:
        follow.row = seen.get(follow.resource_id)  # type: ignore[attr-defined]
    return [follow for follow in follows if follow.resource_id in seen]


@require_safe
def saved_search(request: HttpRequest, pk: int) -> HttpResponse:
    """To what the search finds now."""
    search = get_search(reader_of(request), pk)
    return redirect(list_url(search.query, filters_of(search)))


@require_http_methods(["GET", "HEAD", "POST"])
def save(request: HttpRequest) -> HttpResponse:
    """Keep the search that the address of this page carries."""
    official = reader_of(request)
    query = " ".join(request.GET.get("q", "").split())[:LONGEST_QUERY]
    filters = Filters.of(dict(request.GET.lists()))
    form = SearchForm(request.POST or None, initial={"name": query[:100]})
    if request.method == "POST" and form.is_valid():
        found = {"query": query, "filters": filters, **form.cleaned_data}
        if _done(form, lambda: actions.save_search(by=official, now=timezone.now(), **found)):
            messages.success(request, _("The search is saved."))
            return redirect("catalog:saved")
    search = SavedSearch(official=official, query=query, filters=filters.as_lists())
    return _form_page(request, form, search, list_url(query, filters))


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a saved search, begin or end following it."""
    official = reader_of(request)
    search = get_search(official, pk)
    initial = {"name": search.name, "followed": search.followed}
    form = SearchForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        now, wanted = timezone.now(), form.cleaned_data
        if _done(form, lambda: actions.change_search(by=official, search_id=pk, now=now, **wanted)):
            messages.success(request, _("The saved search is changed."))
            return redirect("catalog:saved")
    return _form_page(request, form, search, "")


def _done(form: SearchForm, action: Any) -> bool:
    try:
        action()
    except Invalid as error:
        add_faults(form, error)
    except NotAllowed as error:
        form.add_error(None, f"{error.message} {error.remedy}")
    else:
        return True
    return False


def _form_page(
    request: HttpRequest, form: SearchForm, search: SavedSearch, back_url: str
) -> HttpResponse:
    context = {
        "form": form, "search": search, "description": describe(search), "back_url": back_url,
    }  # fmt: skip
    return render(request, "catalog/save.html", context, status=422 if form.errors else 200)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a saved search."""
    actions.delete_search(by=reader_of(request), search_id=pk)
    messages.success(request, _("The saved search is deleted."))
    return redirect("catalog:saved")


@require_POST
def follow(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin or end following an entry, then go back to it (or to the list it was ended in)."""
    official = reader_of(request)
    if request.POST.get("follow") == "yes":
        actions.follow_entry(by=official, resource_id=pk, now=timezone.now())
        messages.success(request, _("You will be told when the entry changes."))
    else:
        actions.unfollow_entry(by=official, resource_id=pk)
        messages.success(request, _("You do not follow the entry any more."))
    if request.POST.get("back") == "saved":
        return redirect("catalog:saved")
    return redirect("catalog:entry", pk)
