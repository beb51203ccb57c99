"""Twin applications: alike in everything but their keys, for doing one thing in two ways."""

import json
from typing import Any

from catalog.models import Attachment, DataSource, Resource, ResourceSearch, ResourceUse
from catalog.models import ResourceGroupObjectPermission as Right
from portal.ledger.models import Entry
from portal.notices.models import Notice
from sharing import actions
from sharing.approval.commands import Sign
from sharing.models import Application, ApplicationItem, Grant, ItemEvent, ItemStage
from tests.world import FIELDS, ITEMS, World, publish_entry

LEFT_OUT = {"id", "digest", "xid", "content_hash", "version_id", "number", "code", "batch"}
"""Columns in which twins differ, or that cover others in which they do."""


def entries(world: World, number: int, *, items: list[tuple] = ITEMS) -> list[Resource]:
    """Published entries of one title; every other one is attached."""
    made = [
        publish_entry(world, "常住人口", items, sharing_type="conditional") for _ in range(number)
    ]
    place = DataSource.objects.create(
        name=f"库{made[0].pk}", department=world.departments["police"], connector="postgresql",
        options={},
    )  # fmt: skip
    for resource in made[::2]:
        Attachment.objects.create(
            resource=resource, source=place, schema="public", table="people", columns={"name": "name"},
            key_columns=["name"], region_column="name",
        )  # fmt: skip
    return made


def submitted(world: World, resource: Resource, **changes: Any) -> ApplicationItem:
    """An application for the entry, sent."""
    fields = changes.pop("fields", FIELDS)
    draft = actions.draft(
        by=world.people["clerk"], department=world.departments["subdistrict"], resource=resource,
        fields=fields, content=world.application(**changes), now=world.now,
    )  # fmt: skip
    actions.submit_application(by=draft.applicant, application_id=draft.pk, seen=0, now=world.now)
    return ApplicationItem.objects.get(application=draft)


def sign_one_by_one(world: World, items: list[ApplicationItem], person: str) -> None:
    for item in items:
        seen = ApplicationItem.objects.get(pk=item.pk).event_count
        command = Sign(seen=seen, comment="同意")
        actions.execute(by=world.people[person], item_id=item.pk, command=command, now=world.now)


def everything_about(item: ApplicationItem) -> dict[str, Any]:
    """Every row that belongs to the item in any table, with its own keys written as words."""
    item = ApplicationItem.objects.get(pk=item.pk)
    grants = Grant.objects.filter(item=item)
    own = [item.pk, item.application_id, *grants.values_list("pk", flat=True)]
    urls = [f"/{pk}/" for pk in own]
    notices = [row for row in Notice.objects.order_by("pk") if any(url in row.url for url in urls)]
    found = {
        "application": Application.objects.filter(pk=item.application_id),
        "item": [item],
        "events": ItemEvent.objects.filter(item=item).order_by("seq"),
        "stages": ItemStage.objects.filter(item=item).order_by("position"),
        "grants": grants,
        "rights": Right.objects.filter(content_object=item.resource_id).order_by("group_id"),
        "use": ResourceUse.objects.filter(pk=item.resource_id),
        "search": ResourceSearch.objects.filter(pk=item.resource_id),
        "ledger": Entry.objects.filter(object_id__in=[str(pk) for pk in own]).order_by("pk"),
        "notices": notices,
    }
    names = {str(item.pk): "ITEM", str(item.application_id): "APPLICATION",
             str(item.resource_id): "RESOURCE", item.application.number: "NUMBER"}  # fmt: skip
    for grant in grants:
        names |= {str(grant.pk): "GRANT", grant.number: "GRANT NUMBER"}
    return {name: [_columns(row, names) for row in rows] for name, rows in found.items()}


def _columns(row: Any, names: dict[str, str]) -> dict[str, Any]:
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in LEFT_OUT
    }
    text = json.dumps(values, default=str, ensure_ascii=False, sort_keys=True)
    for key, name in names.items():
        text = text.replace(key, name)
    columns: dict[str, Any] = json.loads(text)
    for name, value in columns.items():
        if isinstance(value, dict):
            columns[name] = {k: v for k, v in value.items() if k not in LEFT_OUT}
    return columns
