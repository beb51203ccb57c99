"""Entries, providers, classes and keywords in the words of CKAN's API."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from django.urls import reverse
from django.utils import translation

from catalog.models import Classification, Mode, OpenType, Resource, SharingType
from portal.organisation.models import Department


def package(resource: Resource, base: str) -> dict[str, Any]:
    """An entry in CKAN's words."""
    version = resource.live
    if version is None:
        message = "Only entries with a live version are exported."
        raise ValueError(message)
    tags = list(dict.fromkeys(filter(None, (*version.keywords, version.theme))))
    node = version.classification
    resources = resources_of(resource, base)
    extras = {
        "resource_code": resource.code, "sharing_type": version.sharing_type,
        "sharing_condition": version.sharing_condition, "update_cycle": version.update_cycle,
        "open_type": version.open_type, "region": resource.provider.region_id,
        "status": resource.status,
    }  # fmt: skip
    return {
        "id": str(resource.pk),
        "name": str(resource.pk),
        "title": version.title,
        "notes": version.abstract,
        "url": _page(resource, base),
        "type": "dataset",
        "state": "active",
        "private": version.open_type != OpenType.OPEN,
        "isopen": version.open_type == OpenType.OPEN,
        "license_id": "notspecified",
        "license_title": None,
        "author": resource.provider.name,
        "maintainer": None,
        "version": str(version.number),
        "metadata_created": _time(resource.created_at),
        "metadata_modified": _time(resource.updated_at),
        "owner_org": organization_name(resource.provider_id),
        "organization": organization(resource.provider),
        "groups": [group(node)] if node else [],
        "tags": [tag(name) for name in tags],
        "num_tags": len(tags),
        "resources": resources,
        "num_resources": len(resources),
        "extras": [{"key": key, "value": value} for key, value in extras.items() if value],
    }


def _page(resource: Resource, base: str) -> str:
    return urljoin(base, reverse("catalog:entry", args=[resource.pk]))


def _time(moment: datetime) -> str:
    """CKAN's form: UTC without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def resources_of(entry: Resource, base: str) -> list[dict[str, Any]]:
    """A resource for each way of sharing; its address is the page where one applies."""
    version = entry.live
    if version is None or version.sharing_type == SharingType.NON_SHARED:
        return []
    with translation.override("zh-hans"):
        names = {mode: str(Mode(mode).label) for mode in version.sharing_modes}
    return [
        {
            "id": f"{entry.pk}.{mode}",
            "package_id": str(entry.pk),
            "name": name,
            "description": version.sharing_condition,
            "format": (version.format_types or [mode])[0].upper(),
            "mimetype": None,
            "url": f"{_page(entry, base)}#mode-{mode}",
            "url_type": None,
            "state": "active",
            "position": position,
            "created": _time(entry.created_at),
            "last_modified": _time(entry.updated_at),
        }
        for position, (mode, name) in enumerate(names.items())
    ]


def organization_name(department_id: int) -> str:
    """Name of a provider: it has to consist of Latin letters and digits."""
    return f"d{department_id}"


def organization(department: Department) -> dict[str, Any]:
    """A provider in CKAN's words."""
    return {
        "id": organization_name(department.pk),
        "name": organization_name(department.pk),
        "title": department.name,
        "display_name": department.name,
        "description": "",
        "type": "organization",
        "is_organization": True,
        "state": "active",
        "approval_status": "approved",
        "image_url": "",
    }


def group(node: Classification) -> dict[str, Any]:
    """A class in CKAN's words."""
    return {
        "id": node.code,
        "name": node.code,
        "title": node.name,
        "display_name": node.name,
        "description": "",
        "type": "group",
        "is_organization": False,
        "state": "active",
    }


def tag(name: str) -> dict[str, Any]:
    """A keyword in CKAN's words."""
    return {"id": name, "name": name, "display_name": name, "vocabulary_id": None}
