"""From a department's workbook to drafts: read, checked, confirmed, written."""

from catalog.models import PublicationReview, Resource, ResourceVersion
from portal.ledger.models import Entry
from tests.catalog.exchange.files import checked, faults, usual, written
from tests.catalog.reviewed import new_draft, send
from tests.world import World


def test_a_department_brings_in_its_workbook(world: World):
    before = Resource.objects.count()
    intake = checked(world, usual("机动车登记信息", "驾驶证信息"))
    assert faults(intake) == []
    assert intake.status == "ready", intake.problem
    assert (intake.counts["new"], intake.counts["items"]) == (2, 4)
    assert Resource.objects.count() == before


def test_confirmed_rows_become_drafts(world: World):
    intake = written(world, usual("机动车登记信息", "驾驶证信息"))
    assert intake.status == "done"
    assert intake.counts["created"] == 2
    version = ResourceVersion.objects.get(title="机动车登记信息")
    assert (version.status, version.resource.status) == ("draft", "draft")
    assert version.resource.provider == world.departments["police"]
    assert version.resource.created_by == world.people["steward"]
    assert version.classification.code == "307001"
    assert (version.update_cycle, version.sharing_type) == ("daily", "conditional")
    assert (version.sharing_modes, version.format_types) == (["api", "table"], ["MySQL"])
    items = list(version.items.values_list("key", "name", "data_type", "length", "required"))
    assert items == [
        ("xing_ming", "姓名", "C", 60, True),
        ("chu_sheng_ri_qi", "出生日期", "D", None, False),
    ]
    assert Entry.objects.filter(kind="catalog.drafted", object_id=str(version.resource_id)).exists()
    assert Entry.objects.filter(kind="catalog.intake_written", object_id=str(intake.pk)).exists()


def test_the_same_file_again_changes_nothing(world: World):
    content = usual("机动车登记信息", "驾驶证信息")
    written(world, content)
    count = Entry.objects.filter(kind__startswith="catalog.draft").count()
    intake = written(world, content)
    assert (intake.counts["unchanged"], intake.counts.get("created")) == (2, None)
    assert Entry.objects.filter(kind__startswith="catalog.draft").count() == count


def test_what_is_under_review_stands_still_and_is_named_in_the_preview(world: World) -> None:
    draft = new_draft(world, title="门诊记录")
    send(world, draft)

    intake = checked(world, usual("门诊记录", "住院记录"))

    assert faults(intake) == [
        (
            2,
            "*信息资源名称（必填）",
            "The entry is under review; its content stands still until then.",
        )
    ]
    assert written(world, usual("门诊记录", "住院记录")).rows.filter(state="created").count() == 1


def test_an_unchanged_row_of_an_entry_under_review_is_no_fault(world: World) -> None:
    intake = written(world, usual("门诊记录"))
    row = intake.rows.get(state="created")
    version = Resource.objects.get(pk=row.target).versions.get()
    PublicationReview.objects.create(
        version=version, resource=version.resource, status="head_review", content_hash="x",
        sender=world.people["steward"], sent_at=world.now, updated_at=world.now,
    )  # fmt: skip

    assert faults(checked(world, usual("门诊记录"))) == []
