"""The repeat-collection check: what is found, kept, decided and told (R31)."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from catalog import actions
from catalog.models import CollectionCheck, CollectionMatch, SynonymGroup
from portal.errors import Forbidden, Invalid, NotAllowed, NotVisible
from portal.ledger.models import Entry
from portal.notices.models import Notice
from tests.catalog.conftest import reads_english
from tests.world import World, publish_entry

PERSON = [("name", "姓名", "C", 60, 3, True, "", "", True)]


def check(world: World, *names: str, by: str = "county_clerk", to: str = "county_civil"):
    return actions.check_collection(
        by=world.people[by], department=world.departments[to], title="困难家庭登记表",
        purpose="摸底", names=names, now=world.now,
    )  # fmt: skip


def found(made: CollectionCheck) -> dict[str, list[str]]:
    return {
        field.name: [match.name for match in field.matches.all()] for field in made.fields.all()
    }


def test_every_field_is_looked_for_in_entries_of_others(world: World):
    publish_entry(world, "本单位名册", PERSON, sharing_type="conditional", provider="county_civil")
    hidden = publish_entry(
        world, "内部名册", [("blood", "血型", "C", 3, 3, True, "", "", True)],
        sharing_type="conditional",
    )  # fmt: skip
    actions.set_visibility(by=None, resource=hidden, visibility="limited", now=world.now)
    made = check(world, "姓名", "联系电话", " 居住 地址 ", "血型", "爱好", "姓名")
    assert found(made) == {
        "姓名": ["姓名"], "联系电话": ["联系电话"], "居住 地址": ["居住地址", "居住地址"],
        "血型": [], "爱好": [],
    }  # fmt: skip
    match = CollectionMatch.objects.get(field__name="姓名")
    assert (match.resource, match.key, match.exact) == (world.resource, "name", True)
    assert made.state == "open"
    entry = Entry.objects.get(kind="collection.checked")
    assert (entry.data, entry.article) == ({"fields": 5, "matched": 3}, "19")


def test_what_cannot_be_had_by_sharing_is_no_match(world: World):
    made = check(world, "案件备注", "住房面积")
    assert found(made) == {"案件备注": [], "住房面积": []}, "the item is not shared"
    publish_entry(
        world, "统计调查资料", [("area", "住房面积", "N", 8, 1, False, "", "", True)],
        sharing_type="non_shared",
    )  # fmt: skip
    assert check(world, "住房面积").state == "clear"
    publish_entry(
        world, "住房信息", [("area", "住房面积", "N", 8, 1, False, "", "", True)],
        sharing_type="conditional",
    )  # fmt: skip
    assert found(check(world, "住房面积")) == {"住房面积": ["住房面积"]}


def test_synonyms_find_what_is_called_otherwise(world: World):
    assert check(world, "手机号").state == "clear"
    SynonymGroup.objects.create(words=["手机号", "联系电话"])
    made = check(world, "手机号")
    assert found(made) == {"手机号": ["联系电话"]}
    assert not CollectionMatch.objects.get(field__check_made=made).exact


def test_what_was_found_stays(world: World):
    check(world, "姓名")
    with pytest.raises(DatabaseError), transaction.atomic():
        CollectionMatch.objects.update(name="anders")
    with pytest.raises(IntegrityError), transaction.atomic():
        CollectionCheck.objects.update(state="kept", decided_at=world.now)


def test_what_cannot_be_checked_is_named(world: World):
    for names, code in (((), "missing"), (map(str, range(201)), "too_many"),
                        (["长" * 101], "too_long")):  # fmt: skip
        with pytest.raises(Invalid) as caught:
            check(world, *names)
        assert [fault.code for fault in caught.value.faults] == [code]
    with pytest.raises(Forbidden):
        check(world, "姓名", to="police")


def test_going_on_needs_a_reason_and_tells_the_authority(world: World):
    made = check(world, "姓名")
    with pytest.raises(Invalid, match="reason"):
        actions.decide_collection(
            by=world.people["county_clerk"], check_id=made.pk, keep=True, now=world.now
        )
    assert not Notice.objects.exists()
    kept = actions.decide_collection(
        by=world.people["county_clerk"], check_id=made.pk, keep=True, reason="需本人签字",
        now=world.now,
    )  # fmt: skip
    assert kept.state == "kept"
    whom = Notice.objects.filter(kind="collection.kept").values_list("official", flat=True)
    assert set(whom) == {world.people[key].pk for key in ("county_reviewer", "county_authority")}
    assert Entry.objects.get(kind="collection.kept").data == {"reason": "需本人签字"}
    with pytest.raises(NotAllowed):
        actions.decide_collection(
            by=world.people["county_clerk"], check_id=made.pk, keep=False, now=world.now
        )


def test_giving_the_fields_up_tells_nobody(world: World):
    made = check(world, "姓名")
    with pytest.raises(NotVisible):
        actions.decide_collection(
            by=world.people["stranger"], check_id=made.pk, keep=False, now=world.now
        )
    dropped = actions.decide_collection(
        by=world.people["county_office"], check_id=made.pk, keep=False, now=world.now
    )
    assert (dropped.state, dropped.reason) == ("dropped", "")
    assert not Notice.objects.exists()


def test_the_authority_sees_what_is_kept_and_nothing_else(world: World):
    made = check(world, "姓名")
    client = Client()
    client.force_login(reads_english(world.people["county_reviewer"]))
    url = reverse("catalog:collection", args=[made.pk])
    assert client.get(url).status_code == 404
    actions.decide_collection(
        by=world.people["county_clerk"], check_id=made.pk, keep=True, reason="签字", now=world.now
    )
    page = client.get(url)
    assert page.status_code == 200
    assert "Your decision" not in page.content.decode()


def test_the_page_checks_and_decides(world: World):
    client = Client()
    client.force_login(reads_english(world.people["county_clerk"]))
    url = reverse("catalog:collecting")
    data = {
        "title": "登记表", "purpose": "摸底", "fields_asked": "",
        "department": world.departments["county_civil"].pk,
    }  # fmt: skip
    empty = client.post(url, data)
    assert empty.status_code == 422
    assert "The form has no fields" in empty.content.decode()
    made = client.post(url, data | {"fields_asked": "姓名\n爱好"})
    page = client.get(made.url).content.decode()
    assert "1 of 2 are in the catalog already" in page
    assert reverse("catalog:entry", args=[world.resource.pk]) in page
    assert "the provider decides" in page
    refused = client.post(made.url, {"decision": "keep"})
    assert refused.status_code == 422
    assert client.post(made.url, {"decision": "keep", "reason": "签字"}).status_code == 302
    assert "签字" in client.get(made.url).content.decode()


@pytest.mark.parametrize("kind", ["xlsx", "csv", "gbk"])
def test_the_form_can_come_as_a_sheet(world: World, kind):
    book = openpyxl.Workbook()
    for row in ([], ["姓名", None, "联系电话"], ["张三", "x", "1"]):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    content = {
        "xlsx": stream.getvalue(),
        "csv": "姓名,,联系电话\n张三,x,1\n".encode("utf-8-sig"),
        "gbk": "姓名,,联系电话\n张三,x,1\n".encode("gb18030"),
    }[kind]
    client = Client()
    client.force_login(reads_english(world.people["county_clerk"]))
    name = "form.xlsx" if kind == "xlsx" else "form.csv"
    data = {
        "title": "登记表", "purpose": "摸底", "department": world.departments["county_civil"].pk,
        "sheet": SimpleUploadedFile(name, content),
    }  # fmt: skip
    assert client.post(reverse("catalog:collecting"), data).status_code == 302
    assert found(CollectionCheck.objects.get()) == {"姓名": ["姓名"], "联系电话": ["联系电话"]}
    data["sheet"] = SimpleUploadedFile("form.xlsx", b"PK\x03\x04 no workbook")
    bad = client.post(reverse("catalog:collecting"), data)
    assert bad.status_code == 422
