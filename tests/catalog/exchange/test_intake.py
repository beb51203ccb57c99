"""From a department's workbook to drafts: read, checked, confirmed, written."""

from catalog.models import Resource, ResourceVersion
from portal.ledger.models import Entry
from tests.catalog.exchange.files import checked, faults, usual, written
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
