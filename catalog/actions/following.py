"""Saved searches and followed entries: an official's own, and what they are told of them.

They change nothing for anybody else, so like the reading of a notice they are not in the ledger.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.access import get_visible
from catalog.models import FollowedEntry, ResourceSearch, SavedHit, SavedSearch
from catalog.search import Filters, Query, Reader, parse_for, rows_seen
from portal.errors import Fault, Invalid, NotAllowed, NotVisible
from portal.notices.actions import notify
from portal.organisation.models import Official

MOST_SEARCHES = 100
MOST_ENTRIES = 500
MOST_HITS = 2_000
"""Entries that a search may find to be followed: more than that is news for nobody."""
EVERY = timedelta(hours=1)
"""How often one search, or one official's entries, are looked at."""


# --- saved searches ------------------------------------------------------------------------


@transaction.atomic
def save_search(
    *, by: Official, name: str, query: str, filters: Filters, followed: bool, now: datetime
) -> SavedSearch:
    """Keep a search under a name of the official's own; Invalid lists what is wrong."""
    _lock(by)
    if SavedSearch.objects.filter(official=by).count() >= MOST_SEARCHES:
        raise NotAllowed(
            _("You have %(most)s saved searches already.") % {"most": MOST_SEARCHES},
            remedy=_("Delete those that you no longer use."),
            code="too_many",
        )
    search = SavedSearch(official=by, query=query, filters=filters.as_lists())
    hits = _begin(search, name=name, followed=followed, now=now)
    search.save(force_insert=True)
    _remember(search, hits)
    return search


@transaction.atomic
def change_search(
    *, by: Official, search_id: int, name: str, followed: bool, now: datetime
) -> SavedSearch:
    """Rename a saved search, begin or end following it; NotVisible if it is not the official's."""
    _lock(by)
    search = get_search(by, search_id)
    hits = _begin(search, name=name, followed=followed, now=now)
    search.save(update_fields=["name", "followed", "checked_at"])
    if not followed:
        search.hits.all().delete()
    _remember(search, hits)
    return search


@transaction.atomic
def delete_search(*, by: Official, search_id: int) -> None:
    """Forget a saved search and what it found; NotVisible if it is not the official's."""
    _lock(by)
    get_search(by, search_id).delete()


def get_search(official: Official, search_id: int) -> SavedSearch:
    """The official's own saved search, or NotVisible."""
    search = SavedSearch.objects.filter(official=official, pk=search_id).first()
    if search is None:
        raise NotVisible(_("There is no such saved search."))
    return search


def filters_of(search: SavedSearch) -> Filters:
    """The filters of a saved search; values that no longer exist are left out."""
    return Filters.of(search.filters)


def _lock(official: Official) -> None:
    # the limits and names of one official's searches are checked by one transaction at a time
    Official.objects.select_for_update(no_key=True).get(pk=official.pk)


def _begin(search: SavedSearch, *, name: str, followed: bool, now: datetime) -> list[UUID]:
    """Put name and following into the search, unsaved; return what it finds if it is now followed.

    Invalid lists what is wrong with them.
    """
    begins = followed and not search.followed
    search.name, search.followed = " ".join(name.split()), followed
    hits = [row.pk for row in _hits(search, now)] if begins else []
    if faults := _faults(search, len(hits)):
        raise Invalid(_("The search cannot be saved like this."), faults)
    if begins:
        search.checked_at = now
    return hits


def _remember(search: SavedSearch, hits: Iterable[UUID]) -> None:
    SavedHit.objects.bulk_create(SavedHit(search=search, resource_id=pk) for pk in hits)


def _faults(search: SavedSearch, hits: int) -> list[Fault]:
    faults = []
    others = SavedSearch.objects.filter(official=search.official_id).exclude(pk=search.pk)
    if not search.name:
        remedy = _("Write a name by which you recognise it.")
        faults.append(Fault("name", _("The name is missing."), remedy, "required"))
    elif len(search.name) > 100:
        shorter = _("Write at most %(most)s characters.") % {"most": 100}
        faults.append(Fault("name", _("The name is too long."), shorter, "too_long"))
    elif others.filter(name=search.name).exists():
        taken = _("You have a saved search of this name already.")
        faults.append(Fault("name", taken, _("Choose another name."), "taken"))
    if hits > MOST_HITS:
        message = _("The search finds more than %(most)s entries.") % {"most": MOST_HITS}
        remedy = _("Add words or filters, or save it without following it.")
        faults.append(Fault("followed", message, remedy, "too_wide"))
    return faults


def _hits(search: SavedSearch, now: datetime) -> list[ResourceSearch]:
    """What the search finds for its official now, newest first, one more than are kept."""
    filters = filters_of(search)
    reader = Reader.of(search.official, timezone.localdate(now))
    query = parse_for(search.query, literally=filters.literal)
    rows = rows_seen(reader, query, filters).order_by("-updated_at", "-resource_id")
    return list(rows.only("resource_id", "title")[: MOST_HITS + 1])


# --- followed entries ----------------------------------------------------------------------


@transaction.atomic
def follow_entry(*, by: Official, resource_id: UUID | str, now: datetime) -> FollowedEntry:
    """Tell the official of changes of an entry from now on; NotVisible if they do not see it."""
    resource = get_visible(by, resource_id, timezone.localdate(now))
    _lock(by)
    found = FollowedEntry.objects.filter(official=by, resource=resource).first()
    if found is not None:
        return found
    if FollowedEntry.objects.filter(official=by).count() >= MOST_ENTRIES:
        raise NotAllowed(
            _("You follow %(most)s entries already.") % {"most": MOST_ENTRIES},
            remedy=_("Stop following those that no longer matter to you."),
            code="too_many",
        )
    return FollowedEntry.objects.create(
        official=by, resource=resource, version=resource.shown_version(),
        status=resource.status, checked_at=now,
    )  # fmt: skip


@transaction.atomic
def unfollow_entry(*, by: Official, resource_id: UUID | str) -> None:
    """Tell the official no more; to stop what one does not follow changes nothing."""
    FollowedEntry.objects.filter(official=by, resource_id=resource_id).delete()


# --- telling -------------------------------------------------------------------------------


def tell_followers(now: datetime) -> int:
    """Tell everybody what is new in what they follow; return how many notices that made.

    Each search, and each official's entries, in a transaction of its own that skips what another
    worker holds. Rights are those of this moment: what an official does not see now is not named.
    """
    due = {"checked_at__lte": now - EVERY, "official__is_active": True}
    searches = SavedSearch.objects.filter(followed=True, **due).order_by("checked_at")
    told = sum(_tell_of_search(pk, due, now) for pk in list(searches.values_list("pk", flat=True)))
    people = FollowedEntry.objects.filter(**due).order_by().values_list("official", flat=True)
    return told + sum(_tell_of_entries(pk, due, now) for pk in list(people.distinct()))


@transaction.atomic
def _tell_of_search(pk: int, due: Mapping[str, Any], now: datetime) -> int:
    found = SavedSearch.objects.select_for_update(of=("self",), skip_locked=True)
    search = found.filter(pk=pk, followed=True, **due).select_related("official").first()
    if search is None:
        return 0
    hits = _hits(search, now)
    known = set(search.hits.values_list("resource_id", flat=True))
    new = [row for row in hits if row.pk not in known]
    if len(hits) <= MOST_HITS:  # otherwise nobody knows what is gone
        search.hits.filter(resource__in=known - {row.pk for row in hits}).delete()
    _remember(search, [row.pk for row in new])
    search.checked_at = now
    search.save(update_fields=["checked_at"])
    if not new:
        return 0
    notify(
        "search.one_new" if len(new) == 1 else "search.many_new",
        officials=[search.official],
        params={"name": search.name, "title": new[0].title, "number": len(new)},
        url=reverse("catalog:saved_search", args=[search.pk]),
        now=now,
    )
    return 1


@transaction.atomic
def _tell_of_entries(official_id: int, due: Mapping[str, Any], now: datetime) -> int:
    rows = FollowedEntry.objects.select_for_update(of=("self",), skip_locked=True)
    follows = list(rows.filter(official=official_id, **due).select_related("official"))
    if not follows:
        return 0
    official = follows[0].official
    reader = Reader.of(official, timezone.localdate(now))
    ids = [follow.resource_id for follow in follows]
    seen = {row.pk: row for row in rows_seen(reader, Query("", ())).filter(pk__in=ids)}
    told = 0
    for follow in follows:
        row = seen.get(follow.resource_id)
        if row is None:
            notify("followed.gone", officials=[official], params={}, url="", now=now)
            follow.delete()
            told += 1
            continue
        changed = (follow.version_id, follow.status) != (row.version_id, row.status)
        if changed:
            address = reverse("catalog:entry", args=[row.pk])
            params = {"title": row.title}
            notify("followed.changed", officials=[official], params=params, url=address, now=now)
            told += 1
        follow.version_id, follow.status, follow.checked_at = row.version_id, row.status, now
        follow.save(update_fields=["version", "status", "checked_at"])
    return told
