"""Sources and entries that come apart: found at night, shown, taken over or noted, closed."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from catalog import actions, sources
from catalog.access import give
from catalog.models import (
    Attachment,
    DataSource,
    DriftReport,
    PublicationReview,
    SourceCheck,
)
from catalog.tasks import compare_sources
from portal.errors import Forbidden, Invalid, NotAllowed
from portal.ledger.models import Entry
from portal.notices.models import Notice
from tests.catalog.conftest import reads_english
from tests.world import World, attach_people

State = DriftReport.State
DRIFT = reverse("catalog:drift")


@pytest.fixture
def table(source):
    """Runs a statement on a copy of the table of people, which carries the entry."""
    with source.connect() as link:
        link.execute("DROP TABLE IF EXISTS moving")
        link.execute("CREATE TABLE moving (LIKE people INCLUDING ALL)")
    yield lambda statement: _run(source, statement)
    with source.connect() as link:
        link.execute("DROP TABLE IF EXISTS moving")


def _run(source, statement: str) -> None:
    with source.connect() as link:
        link.execute(statement)


@pytest.fixture
def place(world: World, source, table, settings) -> Attachment:
    """The entry of people attached to the table, compared once: nothing differs."""
    settings.SOURCE_HOSTS = [*settings.SOURCE_HOSTS, source.host]
    attachment = attach_people(world, source, table="moving")
    look(attachment.source, world)
    assert not DriftReport.objects.exists()
    attachment.refresh_from_db()
    assert len(attachment.described) == 10
    return attachment


def look(source: DataSource, world: World, days: int = 0, **kwargs):
    return actions.compare_source(source, now=world.now + timezone.timedelta(days=days), **kwargs)


def found() -> list[tuple[str, str, str]]:
    reports = DriftReport.objects.order_by("pk")
    return list(reports.values_list("kind", "column", "state"))


ALTER = "ALTER TABLE moving "
CHANGES = {
    "missing": (ALTER + "DROP COLUMN income", "income"),
    "new": (ALTER + "ADD COLUMN issue_channel varchar(10)", "issue_channel"),
    "renamed": (ALTER + "RENAME COLUMN phone TO mobile_no", "phone"),
    "retyped": (ALTER + "ALTER COLUMN birth_date TYPE text", "birth_date"),
    "length": (ALTER + "ALTER COLUMN address TYPE varchar(300)", "address"),
    "nullable": (ALTER + "ALTER COLUMN region_code DROP NOT NULL", "region_code"),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_every_kind_is_found_once_and_closes_when_it_is_gone(kind, place, world, table):
    statement, column = CHANGES[kind]
    table(statement)
    assert look(place.source, world).opened == 1
    assert look(place.source, world).opened == 0
    assert found() == [(kind, column, State.OPEN)]
    notice = Notice.objects.get(kind="drift.found")
    assert notice.official == world.people["steward"]
    assert "常住人口基本信息" in str(notice.params)
    table("DROP TABLE moving")
    table("CREATE TABLE moving (LIKE people INCLUDING ALL)")
    outcome = look(place.source, world, 1)
    assert (outcome.opened, outcome.closed) == (0, 1)
    assert found() == [(kind, column, State.CLOSED)]
    kinds = list(
        Entry.objects.filter(kind__startswith="catalog.drift").values_list("kind", flat=True)
    )
    assert sorted(kinds) == ["catalog.drift_found", "catalog.drift_gone"]


def test_a_table_that_is_gone_is_one_difference_that_no_draft_mends(place, world, table):
    table("DROP TABLE moving")
    look(place.source, world)
    assert found() == [("table", "", State.OPEN)]
    with pytest.raises(Invalid, match="Not everything"):
        take(world)


def take(world: World, person: str = "steward", **kwargs):
    reports = kwargs.get("reports") or list(DriftReport.objects.values_list("pk", flat=True))
    return actions.take_drift_over(
        by=world.people[person], resource=world.resource, reports=reports, now=world.now
    )


@pytest.mark.parametrize("kind", [kind for kind in CHANGES if kind != "renamed"])
def test_taken_over_the_draft_says_what_the_source_says(kind, place, world, table):
    table(CHANGES[kind][0])
    look(place.source, world)
    draft = take(world)
    items = {item.key: item for item in draft.items.all()}
    assert draft.number == 2
    check = {
        "missing": lambda: "income" not in items,
        "new": lambda: (
            (items["issue_channel"].name, items["issue_channel"].length) == ("签发渠道", 10)
        ),
        "retyped": lambda: items["birth_date"].data_type == "C",
        "length": lambda: items["address"].length == 300,
        "nullable": lambda: not items["region_code"].required,
    }[kind]
    assert check()
    assert found()[0][2] == State.TAKEN
    look(place.source, world, 1)
    assert found()[0][2] == State.TAKEN  # the published version still differs
    _publish(world, draft)
    assert look(place.source, world, 2).closed == 1
    assert Entry.objects.filter(kind="catalog.drift_taken").count() == 1


def _publish(world: World, draft) -> None:
    live = world.resource.live
    live.status = "superseded"
    live.save(update_fields=["status"])
    draft.status, draft.published_at = "published", world.now
    draft.save(update_fields=["status", "published_at"])
    world.resource.live = draft
    world.resource.save(update_fields=["live"])


def test_a_renamed_column_only_needs_the_attachment_to_follow(place, world, table):
    table(CHANGES["renamed"][0])
    look(place.source, world)
    assert take(world) is None
    place.refresh_from_db()
    assert place.columns["phone"] == "mobile_no"
    assert found() == [("renamed", "phone", State.CLOSED)]
    assert look(place.source, world, 1).opened == 0
    assert world.resource.versions.count() == 1


def test_a_renamed_key_is_followed_where_it_is_used(place, world, table):
    table(ALTER + "RENAME COLUMN id_number TO sfzh")
    look(place.source, world)
    take(world)
    place.refresh_from_db()
    assert (place.key_columns, place.columns["id_number"]) == (["sfzh"], "sfzh")


def test_noted_as_intended_stays_noted_until_it_changes_again(place, world, table):
    table(CHANGES["new"][0])
    look(place.source, world)
    ids = [report.pk for report in DriftReport.objects.all()]
    arguments = {"by": world.people["steward"], "resource": world.resource, "now": world.now}
    with pytest.raises(Invalid, match="reason"):
        actions.note_drift(reports=ids, reason="  ", **arguments)
    actions.note_drift(reports=ids, reason="内部字段，不共享", **arguments)
    assert look(place.source, world, 1).opened == 0
    assert found() == [("new", "issue_channel", State.NOTED)]
    assert Entry.objects.filter(
        kind="catalog.drift_noted", data__reason="内部字段，不共享"
    ).exists()
    table(ALTER + "ALTER COLUMN issue_channel TYPE varchar(40)")
    assert look(place.source, world, 2).opened == 1
    assert found() == [("new", "issue_channel", State.OPEN)]


def test_who_may_not_decide_and_what_cannot_be_chosen(place, world, table):
    table(CHANGES["new"][0])
    look(place.source, world)
    with pytest.raises(Forbidden):
        take(world, "county_office")
    with pytest.raises(Invalid, match="chosen"):
        take(world, reports=[-1])
    assert found() == [("new", "issue_channel", State.OPEN)]


def test_nothing_is_written_into_a_version_under_review(place, world, table):
    table(CHANGES["new"][0])
    look(place.source, world)
    draft = actions.revise(by=world.people["steward"], resource=world.resource, now=world.now)
    PublicationReview.objects.create(
        version=draft, resource=world.resource, sender=world.people["steward"],
        status="head_review", sent_at=world.now, updated_at=world.now,
    )  # fmt: skip
    with pytest.raises(NotAllowed, match="under review"):
        take(world)
    assert found() == [("new", "issue_channel", State.OPEN)]


# --- at night ------------------------------------------------------------------------------


def test_a_source_that_cannot_be_read_is_never_a_difference_and_warned_of_after_three_days(
    place, world
):
    right = place.source.options
    DataSource.objects.update(options={**right, "dbname": "gone"})
    for day in (0, 0, 1):  # twice on one day counts once
        outcome = look(DataSource.objects.get(), world, day)
        assert outcome.fault.reason == "source_refused"
    check = SourceCheck.objects.get()
    assert (check.failed_nights, check.fault) == (2, "source_refused")
    assert not Notice.objects.filter(kind="source.unreachable").exists()
    look(DataSource.objects.get(), world, 2)
    look(DataSource.objects.get(), world, 3)
    assert Notice.objects.filter(kind="source.unreachable").count() == 1
    assert Entry.objects.filter(kind="source.unreachable").count() == 1
    assert not DriftReport.objects.exists()
    DataSource.objects.update(options=right)
    look(DataSource.objects.get(), world, 4)
    assert SourceCheck.objects.get().failed_nights == 0


def test_one_failing_source_does_not_stop_the_others(place, world, table, monkeypatch):
    bad = DataSource.objects.create(
        name="坏", department=world.departments["police"], options={"host": "nowhere"}
    )
    worse = DataSource.objects.create(
        name="更坏", department=world.departments["police"], options=place.source.options
    )
    other = actions.create_draft(
        by=None,
        provider=world.departments["police"],
        content={"title": "别的"},
        items=[],
        now=world.now,
    ).resource
    Attachment.objects.create(resource=other, source=bad, table="t", key_columns=["a"])
    Attachment.objects.create(resource=world.address, source=worse, table="t", key_columns=["a"])
    real = sources.reader().tables

    def breaks(self, source, schema=""):
        if source.pk == worse.pk:
            raise ZeroDivisionError
        return real(source, schema)

    monkeypatch.setattr(type(sources.reader()), "tables", breaks)
    table(CHANGES["new"][0])
    counts = compare_sources()
    assert counts == {"sources": 2, "failed": 1, "opened": 1, "closed": 0}
    assert found() == [("new", "issue_channel", State.OPEN)]
    assert not SourceCheck.objects.filter(claimed_until__isnull=False).exists()


def test_an_entry_that_is_attached_elsewhere_meanwhile_is_left_alone(
    place, world, table, monkeypatch
):
    table(CHANGES["new"][0])
    real = sources.reader().tables

    def moves(self, source, schema=""):
        found = real(source, schema)
        Attachment.objects.filter(pk=place.pk).update(table="people")
        return found

    monkeypatch.setattr(type(sources.reader()), "tables", moves)
    assert look(place.source, world).opened == 0


def test_two_at_once_the_second_leaves(place, world):
    SourceCheck.objects.update(claimed_until=world.now + timezone.timedelta(minutes=1))
    assert look(place.source, world).busy
    SourceCheck.objects.update(claimed_until=world.now - timezone.timedelta(seconds=1))
    assert not look(place.source, world).busy  # the claim of a lost worker runs out


def test_what_is_withdrawn_or_detached_is_closed(place, world, table):
    table(CHANGES["new"][0])
    look(place.source, world)
    world.resource.refresh_from_db()
    actions.withdraw(
        by=world.people["steward"], resource=world.resource, reason="不再提供", now=world.now
    )
    assert compare_sources()["closed"] == 1
    assert found()[0][2] == State.CLOSED


def test_an_entry_attached_to_another_table_is_noted_anew(place, world):
    actions.attach(
        by=world.people["steward"], resource=world.resource, source=place.source, now=world.now,
        table="people",
    )  # fmt: skip
    place.refresh_from_db()
    assert place.described == []


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "noted", "reason": ""},
        {"state": "closed", "closed_at": None},
        {"state": "open", "decided_at": "now"},
    ],
)
def test_the_database_keeps_decisions_whole(fields, world):
    now = world.now
    values = {name: now if value == "now" else value for name, value in fields.items()}
    if values["state"] == "noted":
        values["decided_at"] = now
    with pytest.raises(IntegrityError), transaction.atomic():
        DriftReport.objects.create(
            resource=world.resource, kind="new", column="x", found_at=now, seen_at=now, **values
        )


# --- pages ---------------------------------------------------------------------------------


@pytest.fixture
def enter(client, world: World):
    def as_(key: str):
        client.force_login(reads_english(world.people[key]))
        return client

    return as_


def test_the_page_lists_differences_and_acts_on_them(enter, place, world, table):
    table(CHANGES["new"][0])
    table(CHANGES["length"][0])
    client = enter("steward")
    answer = client.post(reverse("catalog:compare_now", args=[place.source_id]), follow=True)
    page = answer.content.decode()
    assert "1 entry was compared: 2 new differences, 0 gone." in page
    assert "Column issue_channel (character varying(10)) is new; no item carries it." in page
    assert "was character varying(200) and is character varying(300)" in page
    assert "(2)" in client.get(reverse("catalog:drafts")).content.decode()
    new, length = DriftReport.objects.order_by("-kind")
    address = reverse("catalog:drift_decide", args=[world.resource.pk])
    refused = client.post(address, {"act": "note", "report": new.pk})
    assert refused.status_code == 422
    assert f'href="#id_reason-{world.resource.pk}"' in refused.content.decode()
    client.post(address, {"act": "note", "report": new.pk, "reason": "内部字段"})
    sent = client.post(address, {"act": "take", "report": length.pk})
    assert sent.url == reverse("catalog:send", args=[world.resource.pk])
    noted = client.get(f"{DRIFT}?show=noted").content.decode()
    assert "内部字段" in noted
    assert client.get(f"{DRIFT}?show=closed").status_code == 200


def test_managers_see_what_differs_and_recipients_only_that(enter, place, world, table):
    table(CHANGES["new"][0])
    look(place.source, world)
    entry = reverse("catalog:entry", args=[world.resource.pk])
    assert "issue_channel" in enter("steward").get(entry).content.decode()
    assert "Source and entry differ" not in enter("clerk").get(entry).content.decode()
    give("pull_resource", department=world.departments["subdistrict"], resource=world.resource)
    page = enter("clerk").get(entry).content.decode()
    assert "Source and entry differ" in page
    assert "issue_channel" not in page


def test_outsiders_find_nothing(enter, place, world, table):
    table(CHANGES["new"][0])
    look(place.source, world)
    report = DriftReport.objects.get()
    client = enter("stranger")
    assert "issue_channel" not in client.get(DRIFT).content.decode()
    assert client.post(reverse("catalog:compare_now", args=[place.source_id])).status_code == 404
    address = reverse("catalog:drift_decide", args=[world.resource.pk])
    assert client.post(address, {"act": "take", "report": report.pk}).status_code == 404
    assert found()[0][2] == State.OPEN


def test_a_source_that_fails_is_named_with_its_remedy(enter, place, world):
    DataSource.objects.update(options={**place.source.options, "dbname": "gone"})
    client = enter("steward")
    page = client.post(reverse("catalog:compare_now", args=[place.source_id]), follow=True)
    assert "Not readable on 1 day." in page.content.decode()
    assert "Check credentials" in page.content.decode()


def test_the_administration_compares_chosen_sources(enter, place, world, table):
    table(CHANGES["new"][0])
    official = world.people["steward"]
    official.is_staff = True
    official.save(update_fields=["is_staff"])
    client = enter("steward")
    data = {"action": "compare_now", "_selected_action": [place.source_id]}
    page = client.post(reverse("admin:catalog_datasource_changelist"), data, follow=True)
    assert "人口库: 1 new differences, 0 gone." in page.content.decode()
    assert found() == [("new", "issue_channel", State.OPEN)]


def test_rest_lists_the_differences_of_own_entries(enter, place, world, table):
    table(CHANGES["new"][0])
    table(CHANGES["length"][0])
    look(place.source, world)
    client = enter("steward")
    answer = client.get("/api/v1/drift/", {"kind": "length"}).json()
    assert [(one["title"], one["column"], one["item"]) for one in answer["results"]] == [
        ("常住人口基本信息", "address", "address")
    ]
    assert (answer["results"][0]["before"]["length"], answer["results"][0]["after"]["length"]) == (
        200,
        300,
    )
    assert len(client.get("/api/v1/drift/", {"state": "open"}).json()["results"]) == 2
    assert client.get("/api/v1/drift/", {"colour": "red"}).status_code == 422
    assert client.get("/api/v1/drift/", {"state": "red"}).status_code == 422
    assert enter("stranger").get("/api/v1/drift/").json()["results"] == []
