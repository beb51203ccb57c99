"""The administration of the catalog: own rows only, buttons that run actions, secrets write-only."""

import pytest
from django.test import Client
from django.urls import reverse

from catalog import actions, hooks
from catalog.models import Attachment, Classification, DataSource, PublicationReview, Resource
from portal.ledger.models import Entry
from tests.world import World, publish_entry


@pytest.fixture
def enter(client: Client, world: World):
    def as_(key: str, **changes: object) -> Client:
        official = world.people[key]
        official.is_staff, official.language = True, "en"
        for name, value in changes.items():
            setattr(official, name, value)
        official.save()
        client.force_login(official)
        return client

    return as_


@pytest.fixture
def draft(world: World):
    return actions.create_draft(
        by=world.people["steward"],
        provider=world.departments["police"],
        content={"title": "户籍迁移信息"},
        items=[{"key": "name", "name": "姓名", "data_type": "C", "length": 60, "grade": 3}],
        now=world.now,
    )


def test_a_steward_sees_the_entries_of_the_own_department_only(enter, world):
    publish_entry(
        world, "低保信息", [("a", "甲", "C", 1, 1, False, "", "", False)],
        sharing_type="conditional", provider="civil_affairs",
    )  # fmt: skip
    page = enter("steward").get(reverse("admin:catalog_resource_changelist")).content.decode()
    assert "常住人口基本信息" in page
    assert "低保信息" not in page


def test_a_superuser_sees_no_entries(enter, world):
    client = enter("sysadmin", is_superuser=True)
    assert client.get(reverse("admin:catalog_resource_changelist")).status_code == 403
    address = reverse("admin:catalog_resource_change", args=[world.resource.pk])
    assert client.get(address).status_code in {302, 403}


def test_a_new_entry_begins_as_a_draft_of_an_own_department(enter, world):
    client = enter("steward")
    address = reverse("admin:catalog_resource_add")
    foreign = {
        "provider": world.departments["civil_affairs"].pk,
        "title": "低保",
        "visibility": "listed",
    }
    assert client.post(address, foreign).status_code == 200
    assert not Resource.objects.filter(status="draft").exists()
    own = foreign | {"provider": world.departments["police"].pk}
    response = client.post(address, own)
    draft = Resource.objects.get(status="draft").versions.get()
    assert response["Location"] == reverse("admin:catalog_resourceversion_change", args=[draft.pk])
    assert Entry.objects.filter(kind="catalog.drafted", actor=world.people["steward"]).exists()


def test_sending_lists_every_fault_and_changes_nothing(enter, draft):
    client = enter("steward")
    address = reverse("admin:catalog_resource_send_draft", args=[draft.resource_id])
    page = client.get(address).content.decode()
    assert "The update cycle is missing." in page
    assert "The abstract is empty." in page
    page = client.post(address).content.decode()
    assert "The update cycle is missing." in page
    assert not PublicationReview.objects.exists()


def test_a_draft_is_edited_and_sent(enter, world, draft):
    client = enter("steward")
    address = reverse("admin:catalog_resourceversion_change", args=[draft.pk])
    assert client.get(address).status_code == 200
    item = draft.items.get()
    content = {
        "title": "户籍迁移信息", "abstract": "省内和跨省户口迁入、迁出登记。",
        "classification": Classification.objects.get(code="307001").pk,
        "format_class": "3", "format_types": "PostgreSQL", "update_cycle": "daily",
        "sharing_type": "conditional", "sharing_condition": "公安、民政部门核对户籍使用",
        "sharing_modes": ["file"], "open_type": "closed", "head_approved": "on",
        "items-TOTAL_FORMS": "1", "items-INITIAL_FORMS": "1", "items-MIN_NUM_FORMS": "0",
        "items-MAX_NUM_FORMS": "1000", "items-0-id": str(item.pk), "items-0-version": str(draft.pk),
        "items-0-position": "0", "items-0-key": "name", "items-0-name": "姓名",
        "items-0-data_type": "C", "items-0-length": "60", "items-0-grade": "4",
    }  # fmt: skip
    response = client.post(address, content)
    assert response.status_code == 302, response.context["errors"]
    draft.refresh_from_db()
    assert draft.grade == 4
    assert not draft.head_approved
    send = reverse("admin:catalog_resource_send_draft", args=[draft.resource_id])
    assert client.post(send).status_code == 302
    assert PublicationReview.objects.get(version=draft).status == "head_review"
    assert client.post(address, content | {"title": "改名"}).status_code == 403


def test_withdrawing_needs_a_reason(enter, world):
    client = enter("steward")
    address = reverse("admin:catalog_resource_withdraw_entry", args=[world.resource.pk])
    assert "needs a reason" in client.post(address).content.decode()
    assert client.post(address, {"reason": "职责调整"}).status_code == 302
    world.resource.refresh_from_db()
    assert world.resource.status == "withdrawn"


def test_another_departments_buttons_do_not_exist(enter, world, draft):
    client = enter("office_head")
    for name in ("send_draft", "show_reviews", "withdraw_entry", "edit_draft"):
        address = reverse(f"admin:catalog_resource_{name}", args=[draft.resource_id])
        assert client.post(address, {"reason": "x"}).status_code == 404


def test_credentials_are_written_and_never_shown(enter, world, monkeypatch):
    kept: dict[int, dict[str, str]] = {}

    def store(source: DataSource, values) -> None:
        kept[source.pk] = dict(values)
        source.secrets = b"sealed"
        source.save(update_fields=["secrets"])

    monkeypatch.setattr(
        hooks, "_credentials", [hooks.Credentials(lambda _kind: ["user", "password"], store)]
    )
    client = enter("steward")
    content = {
        "name": "人口库", "department": world.departments["police"].pk, "connector": "postgresql",
        "options": '{"host": "db", "dbname": "people"}', "max_sessions": "2",
        "secret_user": "reader", "secret_password": "sEcReT-1",
    }  # fmt: skip
    response = client.post(reverse("admin:catalog_datasource_add"), content)
    assert response.status_code == 302, response.context["errors"]
    source = DataSource.objects.get()
    assert kept[source.pk] == {"user": "reader", "password": "sEcReT-1"}
    page = client.get(reverse("admin:catalog_datasource_change", args=[source.pk])).content.decode()
    assert "sEcReT-1" not in page
    entry = Entry.objects.get(kind="source.added")
    assert "sEcReT-1" not in str(entry.data)
    content |= {"name": "人口库二", "secret_user": "", "secret_password": "another"}
    address = reverse("admin:catalog_datasource_change", args=[source.pk])
    assert "Enter all credentials anew" in client.post(address, content).content.decode()
    content |= {"secret_password": ""}
    assert client.post(address, content).status_code == 302
    assert kept[source.pk]["password"] == "sEcReT-1"


def test_attaching_refuses_items_that_the_entry_does_not_have(enter, world):
    source = DataSource.objects.create(name="人口库", department=world.departments["police"])
    client = enter("steward")
    content = {
        "resource": world.resource.pk, "source": source.pk, "schema": "public", "table": "people",
        "columns": '{"nickname": "nick"}', "key_columns": "id_number", "region_column": "region_code",
        "change_column": "", "approximate_rows": "",
    }  # fmt: skip
    page = client.post(reverse("admin:catalog_attachment_add"), content).content.decode()
    assert "These are no items of the entry: nickname" in page
    assert not Attachment.objects.exists()
    content["columns"] = '{"name": "name"}'
    assert client.post(reverse("admin:catalog_attachment_add"), content).status_code == 302
    assert Attachment.objects.get().columns == {"name": "name"}
