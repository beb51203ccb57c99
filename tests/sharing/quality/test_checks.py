"""Checks of a real source: rules from the items, results for everybody, rows for managers only."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog import quality
from catalog.models import Attachment, DataItem, DataSource, EntryQuality
from portal.errors import Forbidden, Invalid, NotAllowed
from portal.ledger.models import Entry
from portal.models import OutboxMessage
from sharing.models import DataCheck, DataCheckResult, DataRule, FailingRow
from sharing.quality import checks, running
from sharing.quality.engine import MOST_KEPT
from sharing.quality.proposals import Place, propose
from tests.catalog.conftest import reads_english
from tests.source import SourceDatabase
from tests.world import World, attach_people

PLACE = Place(frozenset("abcdefgh"), has_key=True, has_change=True, has_cycle=True)


def item(key: str, name: str, kind: str = "C", **changes) -> DataItem:
    return DataItem(key=key, name=name, data_type=kind, **changes)


def proposed(*items: DataItem, place: Place = PLACE) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.kind.value, one.items) for one in propose(items, place)]


# --- proposals -----------------------------------------------------------------------------

TABLE = [("columns", ()), ("unique", ()), ("fresh", ())]


@pytest.mark.parametrize(
    ("items", "wanted"),
    [
        ([item("a", "公民身份号码", length=18, required=True)],
         [("not_empty", ("a",)), ("length", ("a",)), ("id_number", ("a",))]),
        ([item("a", "证件号码")], []),
        ([item("a", "证件号码", code_set="GB 11643")], [("id_number", ("a",))]),
        ([item("a", "统一社会信用代码")], [("uscc", ("a",))]),
        ([item("a", "性别", code_set="GB/T 2261.1")], [("code_set", ("a",))]),
        ([item("a", "行政区划代码")], [("region", ("a",))]),
        ([item("a", "联系电话")], [("format", ("a",))]),
        ([item("a", "邮政编码")], [("format", ("a",))]),
        ([item("a", "年收入", "Y")], [("type", ("a",))]),
        ([item("a", "公民身份号码"), item("b", "出生日期", "D")],
         [("id_number", ("a",)), ("date", ("b",)), ("birth", ("a", "b"))]),
        ([item("a", "开始日期", "D"), item("b", "结束日期", "D")],
         [("date", ("a",)), ("date", ("b",)), ("order", ("a", "b"))]),
        ([item("a", "许可开始日期", "D"), item("b", "结束日期", "D"), item("c", "许可结束日期", "D")],
         [("date", ("a",)), ("date", ("b",)), ("date", ("c",)), ("order", ("a", "c"))]),
        ([item("z", "年收入", "Y", required=True)], []),
    ],
)  # fmt: skip
def test_rules_follow_from_the_items(items, wanted):
    assert proposed(*items) == TABLE + wanted


def test_rules_on_the_table_need_key_change_column_and_cycle():
    assert proposed(place=Place(frozenset(), False, True, False)) == [("columns", ())]  # noqa: FBT003
    assert proposed(place=Place(frozenset(), True, True, False)) == TABLE[:2]  # noqa: FBT003


# --- checks --------------------------------------------------------------------------------


@pytest.fixture
def dirty(attached: World, source: SourceDatabase):
    """The attached table with faults, which are mended afterwards."""
    with source.connect() as link:
        link.execute("CREATE TABLE before AS SELECT * FROM people")
        link.execute("UPDATE people SET phone = '12' WHERE phone < '13800000030'")
        link.execute("UPDATE people SET birth_date = birth_date + 1 WHERE phone = '13800000900'")
        link.execute("UPDATE people SET region_code = '999999' WHERE phone = '13800000899'")
        yield attached
        link.execute("TRUNCATE people")
        link.execute("INSERT INTO people SELECT * FROM before")
        link.execute("DROP TABLE before")


def checked(world: World) -> DataCheck:
    """A check after those that were."""
    asked = world.now + timedelta(minutes=DataCheck.objects.count())
    check = checks.ask(by=world.people["steward"], resource=world.resource, now=asked)
    running.work(check.pk, clock=lambda: world.now)
    check.refresh_from_db()
    return check


def results(check: DataCheck) -> dict[tuple[str, ...], tuple[int, int]]:
    found = DataCheckResult.objects.filter(data_check=check)
    return {(one.kind, *one.items): (one.checked, one.failed) for one in found}


def test_a_check_reads_everything_and_says_what_failed(dirty: World):
    check = checked(dirty)

    assert (check.status, check.rows_done, check.is_partial) == ("done", 900, False)
    found = results(check)
    assert found["format", "phone"] == (900, 29)
    assert found["birth", "id_number", "birth_date"] == (900, 1)
    assert found["region", "region_code"] == (900, 1)
    assert found["unique",] == (900, 0)
    assert found["columns",] == (10, 0)
    assert found["not_empty", "id_number"] == (900, 0)
    # made-up numbers are not all true ones; the pulls' own rule counts the same
    assert 0 < found["id_number", "id_number"][1] < 900


def test_only_what_rules_look_at_is_read(attached: World):
    place = Attachment.objects.select_related("source").get()
    items = {item.key: item for item in attached.resource.live.items.all()}
    rules = checks.propose_rules(attached.resource, place)
    plan = running.plan_of(
        attached.resource, place, rules, items, columns=frozenset(place.columns.values())
    )

    assert {item.name for item in plan.fields} == set(items) - {"case_note"}


def test_the_results_reach_the_score_and_the_ledger(dirty: World):
    quality.refresh([dirty.resource.pk], dirty.now)
    before = EntryQuality.objects.get(pk=dirty.resource.pk)
    assert "data_unchecked" in before.codes

    checked(dirty)

    row = EntryQuality.objects.get(pk=dirty.resource.pk)
    assert {"data_format", "data_birth", "data_region"} <= set(row.codes)
    assert "data_unchecked" not in row.codes
    assert (row.data_rows, timezone.localdate(row.data_newest).year) == (900, 2026)
    entry = Entry.objects.get(kind="quality.data_checked")
    assert entry.data["rows"] == 900
    assert "138" not in str(entry.data) + str(row.data_results)


def test_failing_rows_are_masked_few_and_go(dirty: World):
    check = checked(dirty)
    rows = FailingRow.objects.filter(result__data_check=check, result__kind="format")

    assert rows.count() == MOST_KEPT
    shown = str(list(FailingRow.objects.values_list("values", flat=True)))
    with_names = dict(rows[0].values)
    assert set(with_names) == {"公民身份号码", "联系电话"}
    assert "********" in with_names["公民身份号码"]
    assert with_names["联系电话"] == "***"
    assert "not for sharing" not in shown

    checks.sweep(dirty.now + timedelta(days=29))
    assert FailingRow.objects.exists()
    checks.sweep(dirty.now + timedelta(days=30))
    assert not FailingRow.objects.exists()
    assert DataCheckResult.objects.exists()


def test_a_missing_column_is_a_finding_and_no_failure(attached: World):
    place = Attachment.objects.get()
    place.columns = place.columns | {"income": "gone"}
    place.change_column = "gone_too"
    place.save()

    check = checked(attached)

    assert check.status == "done"
    assert results(check)["columns",] == (10, 1)
    assert ("type", "income") not in results(check)


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"table": "gone"}, "schema_drift"), ({"columns": {"name": "gone"}}, "schema_drift")],
)
def test_a_table_that_is_gone_fails_with_its_reason(attached: World, changes, code):
    Attachment.objects.update(**changes)

    check = checked(attached)

    assert (check.status, check.failure_code) == ("failed", code)
    assert not EntryQuality.objects.filter(data_checked_at__isnull=False).exists()


def test_a_source_that_cannot_be_reached_harms_no_other(attached: World, client: Client):
    DataSource.objects.update(options={"host": "/nowhere", "port": 1, "dbname": "x", "user": "x"})
    checked(attached)
    assert DataCheck.objects.get().status == "failed"

    client.force_login(reads_english(attached.people["steward"]))
    page = client.get(reverse("sharing:data_checks", args=[attached.resource.pk]))
    assert page.status_code == 200
    assert "notice--stop" in page.content.decode()


def test_the_last_good_results_stay_when_a_check_fails(dirty: World):
    checked(dirty)
    before = EntryQuality.objects.get(pk=dirty.resource.pk).data_results
    Attachment.objects.update(table="gone")
    checked(dirty)

    assert EntryQuality.objects.get(pk=dirty.resource.pk).data_results == before
    latest, done = checks.latest(dirty.resource)
    assert (latest.status, done.status) == ("failed", "done")


# --- asking --------------------------------------------------------------------------------


def test_asking_twice_is_one_check(attached: World):
    steward = attached.people["steward"]
    first = checks.ask(by=steward, resource=attached.resource, now=attached.now)

    assert checks.ask(by=steward, resource=attached.resource, now=attached.now) == first
    assert OutboxMessage.objects.filter(task=checks.TASK).count() == 1


def test_who_may_ask_and_when(world: World, source: SourceDatabase):
    with pytest.raises(Forbidden):
        checks.ask(by=world.people["clerk"], resource=world.resource, now=world.now)
    with pytest.raises(NotAllowed, match="No data is attached"):
        checks.ask(by=world.people["steward"], resource=world.resource, now=world.now)
    attach_people(world, source)
    DataSource.objects.update(suspended=True)
    with pytest.raises(NotAllowed, match="suspended"):
        checks.ask(by=None, resource=world.resource, now=world.now)
    assert checks.ask_nightly(world.now) == 0


def test_every_night_everything_attached_is_checked(attached: World):
    assert checks.ask_nightly(attached.now) == 1
    assert DataCheck.objects.get().asked_by is None


def test_a_running_check_is_left_alone_until_its_worker_is_silent(attached: World):
    check = checks.ask(by=None, resource=attached.resource, now=attached.now)
    held = running._claim(check.pk, attached.now)
    assert running.work(check.pk, clock=lambda: attached.now) == "running"

    DataCheck.objects.update(lease_until=attached.now - timedelta(days=1))
    OutboxMessage.objects.update(published_at=attached.now - timedelta(minutes=5))
    assert checks.sweep(attached.now) == 1
    assert checks.sweep(attached.now) == 0  # already woken
    assert running.work(check.pk, clock=lambda: attached.now) == "done"
    assert not running._beat(held, 1)  # the first worker has lost it


def test_a_check_that_costs_three_workers_is_given_up(attached: World):
    check = checks.ask(by=None, resource=attached.resource, now=attached.now)
    long_ago = attached.now - timedelta(days=1)
    for _attempt in range(3):
        assert running._claim(check.pk, attached.now)
        DataCheck.objects.update(lease_until=long_ago)

    assert checks.sweep(attached.now) == 0
    check.refresh_from_db()
    assert (check.status, check.failure_code) == ("failed", "worker_lost")


def test_a_source_is_read_by_one_check_at_a_time(attached: World):
    other = Attachment.objects.get()
    other.pk, other.resource = None, attached.address
    other.columns = {"phone": "phone"}
    other.save(force_insert=True)
    first = checks.ask(by=None, resource=attached.resource, now=attached.now)
    second = checks.ask(by=None, resource=attached.address, now=attached.now)
    running._claim(first.pk, attached.now)
    assert running.work(second.pk, clock=lambda: attached.now) == "queued"

    DataCheck.objects.filter(pk=first.pk).update(status="queued", lease_until=None)
    OutboxMessage.objects.all().delete()
    assert running.work(first.pk, clock=lambda: attached.now) == "done"
    assert OutboxMessage.objects.get().args == [str(second.pk)]


# --- rules as the steward has them ---------------------------------------------------------


def rule_of(kind: str) -> DataRule:
    return DataRule.objects.get(kind=kind)


def test_a_rule_that_is_off_is_not_applied_and_stays_off(dirty: World):
    checked(dirty)
    steward = dirty.people["steward"]
    checks.adjust_rule(
        by=steward, rule=rule_of("format"), allowed=Decimal(0), off_reason="历史数据无电话",
        now=dirty.now,
    )  # fmt: skip
    check = checked(dirty)

    assert ("format", "phone") not in results(check)
    assert "data_format" not in EntryQuality.objects.get(pk=dirty.resource.pk).codes
    entry = Entry.objects.get(kind="quality.rule_changed")
    assert entry.data["after"]["off"] == "历史数据无电话"


@pytest.mark.parametrize(
    ("allowed", "reason"), [(Decimal(101), ""), (Decimal(1), "x"), (Decimal(-1), "")]
)
def test_impossible_adjustments_are_refused(attached: World, allowed: Decimal, reason: str):
    checked(attached)
    with pytest.raises(Invalid):
        checks.adjust_rule(
            by=attached.people["steward"], rule=rule_of("format"), allowed=allowed,
            off_reason=reason, now=attached.now,
        )  # fmt: skip


def test_only_managers_adjust(attached: World):
    checked(attached)
    with pytest.raises(Forbidden):
        checks.adjust_rule(
            by=attached.people["clerk"], rule=rule_of("format"), allowed=Decimal(1),
            off_reason="", now=attached.now,
        )  # fmt: skip


def test_rules_go_with_their_items_unless_somebody_touched_them(attached: World):
    checked(attached)
    number = DataRule.objects.count()
    checks.adjust_rule(
        by=attached.people["steward"], rule=rule_of("birth"), allowed=Decimal(1), off_reason="",
        now=attached.now,
    )  # fmt: skip
    place = Attachment.objects.get()
    place.columns = {key: name for key, name in place.columns.items() if key != "birth_date"}
    place.save()
    checked(attached)

    kinds = list(DataRule.objects.values_list("kind", flat=True))
    assert len(kinds) == number - 1  # the one on the date itself
    assert "birth" in kinds


def test_rest(dirty: World, client: Client):
    checked(dirty)
    path = f"/api/v1/entries/{dirty.resource.pk}/data-checks/"
    client.force_login(dirty.people["steward"])

    asked = client.post(path)
    assert (asked.status_code, asked.json()["status"]) == (202, "queued")
    assert client.post(path).json()["id"] == asked.json()["id"]
    newest, first = client.get(path).json()
    assert (newest["id"], newest["results"]) == (asked.json()["id"], [])
    assert {"format", "birth"} <= {one["kind"] for one in first["results"] if one["failed"]}

    client.force_login(dirty.people["clerk"])
    assert client.get(path).status_code == 403
    assert client.post(path).status_code == 403


# --- pages ---------------------------------------------------------------------------------


class TestPages:
    """Those who look after the entry set up and run; the others see the results elsewhere."""

    def enter(self, world: World, client: Client, person: str) -> Client:
        client.force_login(reads_english(world.people[person]))
        return client

    def paths(self, world: World) -> list[str]:
        pk, rule = world.resource.pk, rule_of("format").pk
        return [
            reverse("sharing:data_checks", args=[pk]),
            reverse("sharing:data_check_progress", args=[pk]),
            reverse("sharing:data_rule", args=[rule]),
            reverse("sharing:failing_rows", args=[rule]),
        ]

    def test_who_sees_rows(self, dirty: World, client: Client):
        checked(dirty)
        for person, status in (("steward", 200), ("provider_head", 200), ("clerk", 403)):
            self.enter(dirty, client, person)
            for path in self.paths(dirty):
                assert client.get(path).status_code == status, (person, path)
        run = reverse("sharing:run_data_check", args=[dirty.resource.pk])
        assert client.post(run).status_code == 403
        rule = reverse("sharing:data_rule", args=[rule_of("format").pk])
        assert client.post(rule, {"allowed": "5"}).status_code == 403
        assert not DataRule.objects.filter(touched=True).exists()

    def test_everybody_sees_results_and_nobody_else_rows(self, dirty: World, client: Client):
        checked(dirty)
        path = reverse("catalog:quality", args=[dirty.resource.pk])
        text = self.enter(dirty, client, "stranger").get(path).content.decode()

        assert "Values of another form than agreed" in text
        assert "29 of 900" in text
        assert "****" not in text
        assert reverse("sharing:data_checks", args=[dirty.resource.pk]) not in text
        steward = self.enter(dirty, client, "steward").get(path).content.decode()
        assert reverse("sharing:data_checks", args=[dirty.resource.pk]) in steward

    def test_checking_now(self, attached: World, client: Client):
        self.enter(attached, client, "steward")
        path = reverse("sharing:data_checks", args=[attached.resource.pk])
        assert "has not been checked yet" in client.get(path).content.decode()

        answer = client.post(reverse("sharing:run_data_check", args=[attached.resource.pk]))

        assert answer.status_code == 302
        text = client.get(path).content.decode()
        assert "hx-get" in text
        assert DataCheck.objects.get().asked_by == attached.people["steward"]

    def test_without_data_the_page_says_what_to_do(self, world: World, client: Client):
        self.enter(world, client, "steward")
        path = reverse("sharing:data_checks", args=[world.resource.pk])
        assert "Attach the table" in client.get(path).content.decode()

    def test_adjusting_a_rule(self, attached: World, client: Client):
        checked(attached)
        self.enter(attached, client, "steward")
        path = reverse("sharing:data_rule", args=[rule_of("format").pk])

        shown = client.get(path).content.decode()
        assert "Form looked for" in shown
        assert "Values of the code set" not in shown
        bad = client.post(path, {"allowed": "200", "off_reason": "x"})
        assert bad.status_code == 422
        assert 'value="200"' in bad.content.decode()
        short = client.post(path, {"allowed": "2", "off_reason": "x"})
        assert "from 4 to 200" in short.content.decode()
        assert client.post(path, {"allowed": "2.5", "off_reason": ""}).status_code == 302
        assert rule_of("format").allowed == Decimal("2.5")
