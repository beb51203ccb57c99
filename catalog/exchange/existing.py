"""The entries of a department that the rows of an upload mean."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from catalog.actions.content import ITEM_FIELDS
from catalog.exchange.cells import tidy
from catalog.exchange.columns import COLUMNS, CONTENT_KEYS
from catalog.exchange.speaking import filled
from catalog.models import (
    DataItem,
    HarvestedEntry,
    PublicationReview,
    Resource,
    ResourceStatus,
    ResourceVersion,
    VersionStatus,
)
from portal.errors import Fault
from portal.organisation.models import Department
from portal.sheets import Cell

FIELDS = tuple(COLUMNS[key].field for key in CONTENT_KEYS)


@dataclass(slots=True)
class Existing:
    """The version of an entry that its managers work on: the draft, else the newest."""

    resource_id: UUID
    version: ResourceVersion
    items: list[dict[str, Any]] = field(default_factory=list)
    closed: Fault | None = None
    """Why it cannot be changed now, if so."""

    @property
    def content(self) -> dict[str, Any]:
        """The fields that the template has."""
        return {name: getattr(self.version, name) for name in FIELDS}

    @property
    def items_by(self) -> dict[str, dict[str, Any]]:
        """Items by key, and by name behind the sign 名, which no key has."""
        names = {f"名{item['name']}": item for item in self.items}
        return {**names, **{item["key"]: item for item in self.items}}


Found = tuple[Existing | None, list[Fault]]


def find_existing(
    department: Department, given: Mapping[int, Mapping[str, Cell]]
) -> dict[int, Found]:
    """For each row the entry it means: by identifier, by code, else by title in the department."""
    wanted = {pk: _wanted(cells) for pk, cells in given.items()}
    ids = {text for kind, text in wanted.values() if kind == "identifier"}
    codes = {text for kind, text in wanted.values() if kind == "code"}
    titles = {text for kind, text in wanted.values() if kind == "title"}
    own = Resource.objects.filter(provider=department)
    by_id = {
        str(pk): pk for pk in own.filter(pk__in=ids & _uuids(ids)).values_list("pk", flat=True)
    }
    by_code = dict(own.filter(code__in=codes).values_list("code", "pk"))
    by_title = _by_title(department, titles)
    working = working_versions({*by_id.values(), *by_code.values(), *_flat(by_title)})
    existing = _with_items(working)
    found: dict[int, Found] = {}
    for pk, (kind, text) in wanted.items():
        if kind == "title":
            found[pk] = _titled(
                [existing[one] for one in by_title.get(text, ()) if one in existing], text
            )
        elif kind:
            target = by_id.get(text) if kind == "identifier" else by_code.get(text)
            found[pk] = (existing[target], []) if target else (None, [_not_ours(kind, department)])
        else:
            found[pk] = (None, [])
    return found


def _wanted(cells: Mapping[str, Cell]) -> tuple[str, str]:
    for kind in ("identifier", "code", "title"):
        if text := tidy(cells.get(kind, "")):
            return kind, " ".join(text.split()) if kind == "title" else text
    return "", ""


def _uuids(texts: Iterable[str]) -> set[str]:
    found = set()
    for text in texts:
        try:
            found.add(text if str(UUID(text)) == text else "")
        except ValueError:
            continue
    return found


def _flat(groups: Mapping[str, Iterable[UUID]]) -> set[UUID]:
    return {pk for group in groups.values() for pk in group}


def _by_title(department: Department, titles: set[str]) -> dict[str, set[UUID]]:
    """Entries by the titles of versions that are not history."""
    found: dict[str, set[UUID]] = defaultdict(set)
    versions = ResourceVersion.objects.filter(
        resource__provider=department, title__in=titles
    ).exclude(status=VersionStatus.SUPERSEDED)
    for title, pk in versions.values_list("title", "resource_id"):
        found[title].add(pk)
    return found


def _titled(matches: list[Existing], title: str) -> Found:
    exact = [one for one in matches if one.version.title == title]
    if len(exact) > 1:
        fault = Fault(
            "title",
            _("Several entries of the department have this title."),
            _("Say which one by its resource code, or by the identifier of an export."),
            "ambiguous",
        )
        return None, [fault]
    return (exact[0] if exact else None), []


def _not_ours(kind: str, department: Department) -> Fault:
    return Fault(
        kind,
        filled(_("%(department)s has no entry of this code."), department=department.name),
        _(
            "Empty the cell for a new entry. If the column holds codes of an older catalog, take it "
            "for the entry number at the headings."
        ),
        "unknown",
    )


def working_versions(resource_ids: Iterable[UUID]) -> dict[UUID, ResourceVersion]:
    """The version of each entry that its managers work on: its draft, else live, else newest."""
    best: dict[UUID, ResourceVersion] = {}
    rank = {VersionStatus.DRAFT: 2, VersionStatus.PUBLISHED: 1, VersionStatus.IMPORTED: 1}
    versions = ResourceVersion.objects.filter(resource__in=list(resource_ids))
    for version in versions.select_related("classification").order_by("number"):
        known = best.get(version.resource_id)
        mine = rank.get(VersionStatus(version.status), 0)
        if known is None or mine >= rank.get(VersionStatus(known.status), 0):
            best[version.resource_id] = version
    return best


def _with_items(working: Mapping[UUID, ResourceVersion]) -> dict[UUID, Existing]:
    by_version: dict[int, list[dict[str, Any]]] = defaultdict(list)
    items = DataItem.objects.filter(version__in=[one.pk for one in working.values()])
    for item in items.order_by("version_id", "position", "id"):
        by_version[item.version_id].append({name: getattr(item, name) for name in ITEM_FIELDS})
    closed = _closed(working)
    return {
        pk: Existing(pk, version, by_version.get(version.pk, []), closed.get(pk))
        for pk, version in working.items()
    }


def _closed(working: Mapping[UUID, ResourceVersion]) -> dict[UUID, Fault]:
    """Entries under review, kept by another catalog, or blocked as secret."""
    found = {
        review.resource_id: Fault(
            "title",
            _("The entry is under review; its content stands still until then."),
            _("Take it back first, or upload the row again after the review."),
            "under_review",
        )
        for review in PublicationReview.objects.under_review().filter(resource__in=working)
    }
    harvested = HarvestedEntry.objects.filter(
        resource__in=working, source__active=True, resource__status=ResourceStatus.IMPORTED
    ).exclude(resource__versions__status=VersionStatus.DRAFT)
    for origin in harvested.select_related("source"):
        found[origin.resource_id] = Fault(
            "title",
            filled(
                _("The entry is harvested from “%(source)s” and is read-only here."),
                source=origin.source.name,
            ),
            _(
                "Have it changed at its source. To complete it here, the competent authority "
                "switches the harvest off."
            ),
            "harvested",
        )
    for resource in Resource.objects.filter(pk__in=working).exclude(blocked=""):
        found[resource.pk] = Fault(
            "title",
            _("The entry was marked as secret; it never comes into the catalog."),
            _("Handle the data outside of the portal, by the rules for secrets."),
            "blocked",
        )
    return found
