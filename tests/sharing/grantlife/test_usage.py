"""The usage register: added to, corrected by new records, kept, read on record."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import DatabaseError, connection, transaction
from openpyxl import load_workbook

from portal.errors import Forbidden, Invalid, NotAllowed, NotVisible
from portal.ledger.models import Entry
from sharing.granting import clockwork, usage
from sharing.granting.usage import Use, record_use
from sharing.models import Grant, UsageRecord
from tests.world import World


def use(world: World, **changes: object) -> Use:
    said = {
        "period_from": world.today, "period_to": world.today, "scene": "低保核对",
        "process": "每月比对一次", "effect": "纠错3件", "storage": "区政务云",
    }  # fmt: skip
    return Use(**said | changes)


def test_corrections_are_new_records(attached: World, grant: Grant):
    clerk, now = attached.people["clerk"], attached.now
    first = record_use(by=clerk, grant_id=grant.pk, use=use(attached), now=now)
    with pytest.raises(Invalid) as error:
        record_use(by=clerk, grant_id=grant.pk, use=use(attached), now=now, corrects=first.pk)
    assert error.value.faults[0].field == "reason"
    second = record_use(
        by=clerk, grant_id=grant.pk, use=use(attached, effect="纠错5件"), now=now,
        corrects=first.pk, reason="漏记两件",
    )  # fmt: skip
    with pytest.raises(NotAllowed) as again:
        record_use(
            by=clerk, grant_id=grant.pk, use=use(attached), now=now, corrects=first.pk, reason="x"
        )
    assert again.value.reason == "corrected_before"
    records = usage.inspect(by=clerk, grant_id=grant.pk, now=now)
    assert {one.pk for one in records} == {first.pk, second.pk}
    assert [one.pk for one in usage.standing(records)] == [second.pk]
    assert not Entry.objects.filter(kind="usage.inspected").exists()  # own records


def test_all_faults_at_once(attached: World, grant: Grant):
    wrong = use(
        attached, scene=" ", effect="", period_from=attached.today - timedelta(days=9),
        period_to=attached.today + timedelta(days=1),
    )  # fmt: skip
    with pytest.raises(Invalid) as error:
        record_use(by=attached.people["clerk"], grant_id=grant.pk, use=wrong, now=attached.now)
    assert {fault.field for fault in error.value.faults} == {
        "scene", "effect", "period_from", "period_to",
    }  # fmt: skip


def test_only_the_recipient_records_and_readings_are_logged(attached: World, grant: Grant):
    people, now = attached.people, attached.now
    for person, error in (
        ("steward", Forbidden),
        ("county_authority", Forbidden),
        ("stranger", NotVisible),
    ):
        with pytest.raises(error):
            record_use(by=people[person], grant_id=grant.pk, use=use(attached), now=now)
    for person in ("steward", "county_authority"):
        usage.inspect(by=people[person], grant_id=grant.pk, now=now)
    with pytest.raises(NotVisible):
        usage.inspect(by=people["stranger"], grant_id=grant.pk, now=now)
    read = Entry.objects.filter(kind="usage.inspected")
    assert {one.actor_name for one in read} == {"赵静", "周敏"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sharing_usagerecord SET effect = 'x'",
        "DELETE FROM sharing_usagerecord",
        "TRUNCATE sharing_usagerecord CASCADE",
    ],
)
def test_the_database_keeps_records(attached: World, grant: Grant, change: str):
    record_use(by=attached.people["clerk"], grant_id=grant.pk, use=use(attached), now=attached.now)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; {change}")
    assert UsageRecord.objects.count() == 1


def test_old_registers_of_ended_grants_go_when_the_setting_says_so(
    attached: World, grant: Grant, settings
):
    clerk = attached.people["clerk"]
    long_ago = attached.now - timedelta(days=4 * 366)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Grant.objects.filter(pk=grant.pk).update(
            status="expired", status_at=long_ago, starts_on=long_ago.date()
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    day = long_ago.date()
    first = record_use(
        by=clerk, grant_id=grant.pk, use=use(attached, period_from=day, period_to=day), now=long_ago
    )
    record_use(
        by=clerk, grant_id=grant.pk, use=use(attached, period_from=day, period_to=day),
        now=long_ago, corrects=first.pk, reason="x",
    )  # fmt: skip
    assert usage.prune(attached.now) == 0  # kept for ever by default
    settings.USAGE_RETENTION_YEARS = 10
    assert usage.prune(attached.now) == 0
    settings.USAGE_RETENTION_YEARS = 1  # the law's three years count
    assert usage.prune(attached.now - timedelta(days=2 * 366)) == 0
    assert usage.prune(attached.now) == 2
    assert Entry.objects.filter(kind="usage.pruned").count() == 1


def test_a_grant_in_use_without_records_is_reminded_of(attached: World, grant: Grant):
    from django.utils import timezone

    from sharing.pulling import request_pull, run

    clerk = attached.people["clerk"]
    run(request_pull(by=clerk, grant_id=grant.pk, now=attached.now).pk, clock=timezone.now)
    assert clockwork.remind(attached.now + timedelta(days=89)) == 0
    assert clockwork.remind(attached.now + timedelta(days=90)) == 1
    facts = usage.facts_of(grant)
    assert (facts.pulls, facts.deliveries, facts.records) == (1, 1, 0)
    assert facts.rows > 0
    assert facts.size > 0


def test_pages_of_the_register(attached: World, grant: Grant, enter):
    from django.urls import reverse

    clerk, path = enter("clerk"), reverse("sharing:usage", args=[grant.pk])
    missing = clerk.post(path, {"period_from": str(attached.today), "scene": "保留的文字"})
    assert missing.status_code == 422
    assert "保留的文字" in missing.text
    assert all(f"id_{name}" in missing.text for name in ("period_to", "process", "storage"))
    said = {
        name: str(value)
        for name, value in vars_of(use(attached)).items()
    }  # fmt: skip
    assert clerk.post(path, said).status_code == 302
    record = UsageRecord.objects.get()
    correct = reverse("sharing:usage_correct", args=[grant.pk, record.pk])
    assert clerk.post(correct, said | {"reason": "笔误", "effect": "纠错4件"}).status_code == 302
    assert "笔误" in clerk.get(path).text
    assert enter("steward").post(path, said).status_code == 403
    assert enter("stranger").get(path).status_code == 404
    sheet = enter("steward").get(reverse("sharing:usage_export", args=[grant.pk]))
    rows = list(load_workbook(BytesIO(sheet.content)).active.values)
    assert len(rows) == 3
    assert "纠错4件" in rows[1]
    assert Entry.objects.filter(kind="usage.inspected", data__how="export").count() == 1


def vars_of(one: Use) -> dict[str, object]:
    return {name: getattr(one, name) for name in Use.__dataclass_fields__}
