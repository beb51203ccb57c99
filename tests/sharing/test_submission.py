"""Drafts and what must be right before one is sent: every fault at once, each with its remedy."""

from datetime import timedelta

import pytest
from django.db import connection

from catalog.actions import withdraw
from catalog.models import ResourceVersion, Visibility
from portal.errors import Forbidden, Invalid, NotAllowed, NotVisible
from portal.ledger.models import Entry
from portal.organisation.models import Post
from sharing import actions
from sharing.models import Application, ApplicationItem
from tests.world import FIELDS, World, draft_application, publish_entry, sign, submitted_item


def faults_of(world: World, draft: Application) -> dict[str, set[str]]:
    """Codes by field of what keeps a draft from being sent."""
    with pytest.raises(Invalid) as error:
        actions.submit_application(
            by=world.people["clerk"], application_id=draft.pk, seen=0, now=world.now
        )
    assert all(fault.message and fault.remedy for fault in error.value.faults)
    draft.refresh_from_db()
    assert draft.submitted_at is None
    assert draft.items.get().status == "draft"
    by_field: dict[str, set[str]] = {}
    for fault in error.value.faults:
        by_field.setdefault(fault.field, set()).add(fault.code)
    return by_field


def test_draft_is_numbered_by_region_and_day(world: World):
    first, second = draft_application(world), draft_application(world)
    prefix = f"SQ-320613100-{world.today:%Y%m%d}-"
    assert [first.number, second.number] == [prefix + "001", prefix + "002"]


def test_all_faults_come_at_once(world: World):
    draft = actions.draft(
        by=world.people["clerk"], department=world.departments["subdistrict"],
        resource=world.resource, fields=[], content={"mode": "api"}, now=world.now,
    )  # fmt: skip
    assert faults_of(world, draft) == {
        "use_basis": {"required"},
        "use_scenario": {"required"},
        "use_scope": {"required"},
        "starts_on": {"required"},
        "ends_on": {"required"},
        "fields": {"required"},
        "mode": {"mode_not_offered"},
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"use_basis": "  "}, {"use_basis": {"required"}}),
        ({"ends_on": timedelta(days=-1), "starts_on": timedelta(days=-9)}, {"ends_on": {"period_past"}}),
        ({"ends_on": timedelta(days=3 * 366)}, {"ends_on": {"period_too_long"}}),
        ({"mode": "table"}, {"mode": {"mode_not_offered"}}),
        ({"emergency": True}, {"emergency": {"emergency_not_offered"}}),
        ({"fields": ["name", "case_note"]}, {"fields": {"not_shared"}}),
        ({"reflux": True, "row_region": "320613"}, {"row_region": {"rows_not_own_region"}}),
    ],
)  # fmt: skip
def test_single_faults(world: World, changes: dict, expected: dict):
    changes = {
        key: world.today + value if isinstance(value, timedelta) else value
        for key, value in changes.items()
    }
    assert faults_of(world, draft_application(world, **changes)) == expected


def test_mode_the_portal_does_not_supply(world: World):
    live = world.resource.live
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE catalog_resourceversion SET sharing_modes = '{table}'")
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    live.refresh_from_db()
    assert faults_of(world, draft_application(world, mode="table")) == {
        "mode": {"mode_not_offered"}
    }


def test_rows_of_an_entry_that_cannot_be_split(world: World):
    world.resource = publish_entry(
        world, "无区划数据", [("code", "编码", "C", 10, 1, False, "", "", True)],
        sharing_type="conditional", splittable=False,
    )  # fmt: skip
    draft = draft_application(world, fields=["code"])
    assert faults_of(world, draft) == {"row_region": {"not_splittable"}}


def test_own_entry_cannot_be_applied_for(world: World):
    draft = actions.draft(
        by=world.people["provider_office"], department=world.departments["police"],
        resource=world.resource, fields=FIELDS, content=world.application(), now=world.now,
    )  # fmt: skip
    with pytest.raises(Invalid) as error:
        actions.submit_application(
            by=world.people["provider_office"], application_id=draft.pk, seen=0, now=world.now
        )
    assert {fault.code for fault in error.value.faults} == {"same_department"}


def test_second_open_application_for_the_same_entry(world: World):
    first = submitted_item(world)
    draft = draft_application(world, by="colleague")
    with pytest.raises(Invalid) as error:
        actions.submit_application(
            by=world.people["colleague"], application_id=draft.pk, seen=0, now=world.now
        )
    (fault,) = error.value.faults
    assert fault.code == "duplicate"
    assert first.application.number in str(fault.message)


def test_entry_withdrawn_while_drafting(world: World):
    draft = draft_application(world)
    withdraw(by=world.people["steward"], resource=world.resource, reason="停用", now=world.now)
    assert faults_of(world, draft) == {"resource": {"not_published"}}


def test_nobody_to_sign(world: World):
    Post.objects.filter(official=world.people["office_head"]).update(
        valid_until=world.today - timedelta(days=1)
    )
    Post.objects.filter(official=world.people["county_reviewer"]).update(
        valid_until=world.today - timedelta(days=1)
    )
    Post.objects.filter(official=world.people["county_authority"]).update(
        valid_until=world.today - timedelta(days=1)
    )
    assert faults_of(world, draft_application(world))["chain"] == {"no_holder"}


# --- drafts ------------------------------------------------------------------------------------


def test_draft_keeps_what_was_entered_and_can_be_changed(world: World):
    draft = draft_application(world)
    actions.save_draft(
        by=world.people["clerk"], application_id=draft.pk, fields=["region_code", "name"],
        content={"use_scope": "仅限本街道"}, now=world.now,
    )  # fmt: skip
    draft.refresh_from_db()
    assert draft.use_scope == "仅限本街道"
    assert draft.use_basis == "《社会救助暂行办法》第十三条"
    assert draft.items.get().fields == ["name", "region_code"]  # in the order of the entry


def test_nonsense_is_refused_all_at_once_and_nothing_saved(world: World):
    draft = draft_application(world)
    with pytest.raises(Invalid) as error:
        actions.save_draft(
            by=world.people["clerk"], application_id=draft.pk, fields=["name", "salary"],
            content={
                "mode": "pigeon", "row_region": "999999", "use_scope": "长" * 2001,
                "starts_on": world.today, "ends_on": world.today - timedelta(days=1),
            },
            now=world.now,
        )  # fmt: skip
    assert {fault.field for fault in error.value.faults} == {
        "mode", "row_region", "use_scope", "ends_on", "fields",
    }  # fmt: skip
    draft.refresh_from_db()
    assert draft.mode == "file"


def test_unknown_key_is_a_mistake_of_the_caller(world: World):
    with pytest.raises(ValueError, match="status"):
        draft_application(world, status="consented")


@pytest.mark.parametrize(
    ("person", "error"),
    [("colleague", NotAllowed), ("stranger", NotVisible), ("steward", NotVisible)],
)
def test_only_the_applicant_changes_a_draft(world: World, person: str, error: type[Exception]):
    draft = draft_application(world)
    with pytest.raises(error):
        actions.save_draft(
            by=world.people[person], application_id=draft.pk, content={}, now=world.now
        )


def test_sent_application_is_no_draft(world: World):
    item = submitted_item(world)
    with pytest.raises(NotAllowed) as error:
        actions.save_draft(
            by=world.people["clerk"], application_id=item.application_id, content={}, now=world.now
        )
    assert error.value.reason == "already_submitted"


def test_draft_needs_a_post_in_the_department(world: World):
    with pytest.raises(Forbidden):
        actions.draft(
            by=world.people["stranger"], department=world.departments["subdistrict"],
            resource=world.resource, fields=FIELDS, content={}, now=world.now,
        )  # fmt: skip


def test_administrator_cannot_apply(world: World):
    with pytest.raises(Forbidden):
        actions.draft(
            by=world.people["sysadmin"], department=world.departments["province_bureau"],
            resource=world.resource, fields=FIELDS, content={}, now=world.now,
        )  # fmt: skip


def test_unseen_entry_cannot_be_applied_for(world: World):
    from catalog.search import reindex

    world.resource.visibility = Visibility.LIMITED
    world.resource.save()
    reindex([world.resource])
    with pytest.raises(NotVisible):
        draft_application(world)


def test_copy_makes_a_new_draft(world: World):
    item = submitted_item(world)
    sign(world, item, "office_head")
    copied = actions.copy(
        by=world.people["colleague"], application_id=item.application_id, now=world.now
    )
    assert copied.number != item.application.number
    assert copied.applicant == world.people["colleague"]
    assert copied.use_basis == item.application.use_basis
    assert copied.items.get().fields == item.fields
    assert copied.items.get().status == "draft"


def test_discarded_draft_stays_in_the_ledger(world: World):
    draft = draft_application(world)
    actions.discard(by=world.people["clerk"], application_id=draft.pk, now=world.now)
    assert not Application.objects.exists()
    kinds = (
        Entry.objects.filter(object_id=str(draft.pk)).order_by("pk").values_list("kind", flat=True)
    )
    assert list(kinds) == ["application.drafted", "application.discarded"]


def test_submission_uses_the_live_version(world: World):
    draft = draft_application(world)
    item = draft.items.get()
    version = ResourceVersion.objects.get(pk=item.version_id)
    assert version == world.resource.live
    assert ApplicationItem.objects.get().version == world.resource.live
