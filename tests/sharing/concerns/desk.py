"""Raising and answering concerns in the shared world."""

from typing import Any

from portal.notices.models import Notice
from sharing import actions, concerns
from sharing.actions.complaints import receive_complaint
from sharing.actions.concerns import execute_concern
from sharing.actions.raising import Content, open_dispute, raise_correction, raise_objection
from sharing.approval.commands import Refuse
from sharing.approval.terms import Person, RefusalCode
from sharing.concern_kinds import NOTICES
from sharing.disputes.commands import Order
from sharing.disputes.terms import Verb
from sharing.models import ApplicationItem, Concern, Grant
from tests.world import World, granted, sign, submitted_item

SECRET = "320613198001010017"
"""A key of a row: data, which must stand nowhere."""


def content(subject: str = "data_wrong", **changes: Any) -> Content:
    given: dict[str, Any] = {
        "subject": subject, "text": "出生日期与户口簿不一致", "evidence": "户口簿复印件",
        "fields": (), "rows": (),
    } | changes  # fmt: skip
    return Content(**given)


def correction(world: World, grant: Grant | None = None, **changes: Any) -> Concern:
    """The sub-district reports wrong birth dates of one person."""
    if grant is None:
        grant = granted(world)
    changes = {"fields": ("birth_date",), "rows": (SECRET,)} | changes
    return raise_correction(
        by=world.people["clerk"], department=world.departments["subdistrict"],
        resource_id=grant.resource_id, content=content(**changes), now=world.now,
    )  # fmt: skip


def objection(world: World, **changes: Any) -> Concern:
    """The county's civil affairs object to the entry."""
    return raise_objection(
        by=world.people["county_clerk"], department=world.departments["county_civil"],
        content=content("1", **changes), resource_id=world.resource.pk, now=world.now,
    )  # fmt: skip


def refused_item(world: World) -> ApplicationItem:
    """An application of the sub-district that the county's authority refused."""
    item = sign(world, submitted_item(world), "office_head")
    return actions.execute(
        by=world.people["county_reviewer"], item_id=item.pk,
        command=Refuse(seen=item.event_count, code=RefusalCode.UNNECESSARY, text="不需要"),
        now=world.now,
    )  # fmt: skip


def dispute(world: World, item: ApplicationItem | None = None) -> Concern:
    """The sub-district disputes the refusal of its application."""
    item = item or refused_item(world)
    return open_dispute(
        by=world.people["clerk"], text="该数据为办理低保所必需", item_id=item.pk, now=world.now
    )


def act(world: World, concern: Concern, who: str, verb: Verb, **parts: Any) -> Concern:
    """``who`` gives the order, having seen everything."""
    now, orders = parts.pop("now", world.now), parts.pop("orders", ())
    parts.setdefault("seen", Concern.objects.get(pk=concern.pk).event_count)
    parts.setdefault("text", "说明")
    return execute_concern(
        by=world.people[who], concern_id=concern.pk, order=Order(verb=verb, **parts),
        orders=orders, now=now,
    )  # fmt: skip


def corrected(world: World, concern: Concern) -> Concern:
    """The provider confirms the error."""
    act(world, concern, "steward", Verb.ACCEPT)
    return act(world, concern, "steward", Verb.CORRECT)


def failed(world: World, concern: Concern) -> Concern:
    """The negotiation of a dispute failed."""
    act(world, concern, "clerk", Verb.FAIL)
    return act(world, concern, "steward", Verb.FAIL)


def faults(caught) -> set[str]:
    return {fault.field for fault in caught.value.faults}


def told(world: World, person: str) -> list[str]:
    notices = Notice.objects.filter(official=world.people[person]).order_by("pk")
    kinds = notices.values_list("kind", flat=True)
    return [kind for kind in kinds if kind in NOTICES]


def sees(world: World, person: str, concern: Concern) -> bool:
    found = concerns.concerns_visible_to(world.people[person], world.today)
    return found.filter(pk=concern.pk).exists()


def complaint(world: World, *, by: str | None = None, contact: str = "13812345678"):
    return receive_complaint(
        by=world.people[by] if by else None, authority_id=world.departments["county_bureau"].pk,
        text="窗口反复索要已共享的户口信息", contact=contact, now=world.now,
    )  # fmt: skip


def assigned(world: World):
    received = complaint(world)
    who = world.people["county_reviewer"]
    act(
        world, received.concern, "county_authority", Verb.ASSIGN,
        person=Person(who.pk, who.full_name),
    )  # fmt: skip
    return received
