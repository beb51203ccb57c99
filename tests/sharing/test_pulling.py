"""Pulls against a real source database: what is delivered, what is refused, who may ask."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.utils import timezone

from catalog.models import DataSource
from portal.errors import Forbidden, NotAllowed, NotVisible
from portal.ledger.models import Entry
from portal.models import OutboxMessage
from portal.notices.models import Notice
from portal.organisation.models import Role
from sharing.models import Delivery, Grant, Pull
from sharing.protection.signing import Signer
from sharing.protection.verification import verify_delivery
from sharing.pulling import cancel_pull, request_pull, run, why_not
from sharing.pulling.sources import store_credentials
from sharing.pulling.specs import pseudonym_key
from tests.sharing.test_actions import new_version
from tests.world import SourceDatabase, World, granted, hire


@pytest.fixture
def grant(attached: World) -> Grant:
    return granted(attached)


def ask(world: World, grant: Grant, by: str = "clerk") -> Pull:
    return request_pull(by=world.people[by], grant_id=grant.pk, now=world.now)


def deliver(world: World, grant: Grant) -> Delivery:
    delivery = run(ask(world, grant).pk, clock=timezone.now)
    assert delivery is not None
    return delivery


def place_of(delivery: Delivery, kind: str) -> Path:
    return Path(settings.DELIVERY_ROOT) / delivery.files.get(format=kind).path


def test_delivery_holds_the_rows_of_the_region_masked(
    attached: World, grant: Grant, source: SourceDatabase
):
    delivery = deliver(attached, grant)
    expected = source.people("320613100")
    rows = pq.read_table(place_of(delivery, "parquet")).to_pylist()
    assert delivery.rows == len(rows) == len(expected) == 300
    for row, (number, name, _sex, born, *_rest) in zip(rows, expected, strict=True):
        assert set(row) == {"id_number", "name", "birth_date", "region_code"}
        assert row["name"].startswith(name[0])
        assert name not in row["name"]
        assert number not in row["id_number"]
        assert row["id_number"][:6] == number[:6]
        assert str(born) != str(row["birth_date"])
        assert row["region_code"] == "320613100001"
    text = place_of(delivery, "csv").read_text(encoding="utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) == 301
    assert not any(person[0] in text or person[1] in text for person in expected)
    assert "not for sharing" not in text


def test_delivery_can_be_verified_offline(attached: World, grant: Grant):
    delivery = deliver(attached, grant)
    folder = place_of(delivery, "manifest").parent
    signer = Signer.from_seed(settings.SIGNING_KEY)
    assert verify_delivery(folder, signer.public_key).sound
    manifest = json.loads(delivery.manifest)
    assert manifest["grant"]["content_hash"] == grant.content_hash
    assert manifest["recipient"]["name"] == "虹桥街道办事处"
    assert manifest["purpose"] == grant.purpose
    place_of(delivery, "csv").write_text("changed")
    assert not verify_delivery(folder, signer.public_key).sound


def test_course_of_a_pull_is_in_the_ledger(attached: World, grant: Grant):
    pull = ask(attached, grant)
    run(pull.pk, clock=timezone.now)
    pull.refresh_from_db()
    assert (pull.status, pull.token, pull.attempts, pull.rows_done) == ("published", 1, 1, 300)
    assert pull.ended_at is not None
    kinds = Entry.objects.filter(object_type__in=["sharing.pull", "sharing.delivery"]).order_by(
        "pk"
    )
    assert list(kinds.values_list("kind", flat=True)) == [
        "pull.requested", "pull.claimed", "delivery.published",
    ]  # fmt: skip
    published = kinds.last()
    assert published.data["manifest"]
    assert published.data["rows"] == 300
    assert Notice.objects.get(kind="delivery.published").official == attached.people["clerk"]


def test_request_only_writes_rows(attached: World, grant: Grant):
    pull = ask(attached, grant)
    message = OutboxMessage.objects.get(task="sharing.run_pull")
    assert message.args == [str(pull.pk)]
    assert pull.status == "queued"


def test_second_run_of_a_published_pull_does_nothing(attached: World, grant: Grant):
    delivery = deliver(attached, grant)
    assert run(delivery.pull_id, clock=timezone.now) is None
    assert Delivery.objects.count() == 1


def test_next_pull_is_another_delivery(attached: World, grant: Grant):
    first, second = deliver(attached, grant), deliver(attached, grant)
    assert first.number != second.number
    assert place_of(first, "csv").parent != place_of(second, "csv").parent


def test_two_grants_have_two_pseudonym_keys(attached: World, grant: Grant):
    other = granted(attached, use_scenario="另一场景")
    assert pseudonym_key(grant) != pseudonym_key(other)
    assert pseudonym_key(grant) == pseudonym_key(Grant.objects.get(pk=grant.pk))


# --- who may ask, and when ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "error"),
    [("steward", Forbidden), ("county_authority", Forbidden), ("stranger", NotVisible), ("auditadmin", NotVisible)],
)  # fmt: skip
def test_only_the_recipient_asks(
    attached: World, grant: Grant, person: str, error: type[Exception]
):
    with pytest.raises(error):
        ask(attached, grant, person)
    assert not Pull.objects.exists()
    assert why_not(grant, attached.people[person], attached.now)


def reason(world: World, grant: Grant) -> str:
    grant = Grant.objects.select_related("resource__live", "version").get(pk=grant.pk)
    with pytest.raises(NotAllowed) as error:
        ask(world, grant)
    assert error.value.remedy
    explained = why_not(grant, world.people["clerk"], world.now)
    assert explained is not None
    assert explained.code == error.value.reason
    return error.value.reason


def test_one_pull_at_a_time(attached: World, grant: Grant):
    assert why_not(grant, attached.people["clerk"], attached.now) is None
    ask(attached, grant)
    assert reason(attached, grant) == "pull_under_way"


def test_period_has_not_begun(attached: World):
    later = attached.today + timedelta(days=10)
    grant = granted(attached, starts_on=later)
    assert reason(attached, grant) == "grant_not_in_force"


def test_fields_the_provider_withdrew(attached: World, grant: Grant):
    new_version(attached, drop="birth_date")
    assert reason(attached, grant) == "fields_withdrawn"


def test_fields_withdrawn_after_asking(attached: World, grant: Grant):
    pull = ask(attached, grant)
    new_version(attached, drop="birth_date")
    assert run(pull.pk, clock=timezone.now) is None
    pull.refresh_from_db()
    assert (pull.status, pull.failure_code) == ("quarantined", "fields_withdrawn")


def test_suspended_source(attached: World, grant: Grant):
    DataSource.objects.update(suspended=True)
    assert reason(attached, grant) == "source_suspended"


def test_quota(attached: World, grant: Grant):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE sharing_grant SET quota_pulls = 1")
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    deliver(attached, grant)
    assert reason(attached, grant) == "quota_used"


# --- stopping -------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["clerk", "colleague", "steward"])
def test_parties_may_cancel(attached: World, grant: Grant, person: str):
    pull = ask(attached, grant)
    cancel_pull(by=attached.people[person], pull_id=pull.pk, now=attached.now)
    assert run(pull.pk, clock=timezone.now) is None
    pull.refresh_from_db()
    assert pull.status == "cancelled"
    ask(attached, grant)


def test_strangers_cannot_cancel(attached: World, grant: Grant):
    pull = ask(attached, grant)
    with pytest.raises(NotVisible):
        cancel_pull(by=attached.people["stranger"], pull_id=pull.pk, now=attached.now)
    provider_clerk = hire(attached, "police_clerk", "police", Role.CLERK)
    with pytest.raises(NotVisible):
        cancel_pull(by=provider_clerk, pull_id=pull.pk, now=attached.now)


def test_ended_pull_cannot_be_cancelled(attached: World, grant: Grant):
    delivery = deliver(attached, grant)
    with pytest.raises(NotAllowed):
        cancel_pull(by=attached.people["clerk"], pull_id=delivery.pull_id, now=attached.now)


# --- credentials ----------------------------------------------------------------------------


def test_credentials_are_kept_encrypted_and_used(attached: World, grant: Grant):
    source = DataSource.objects.get()
    store_credentials(source, {"password": "planted-secret"})
    source.refresh_from_db()
    assert b"planted-secret" not in bytes(source.secrets)
    assert deliver(attached, grant).rows == 300
    planted = [str(entry.data) for entry in Entry.objects.all()]
    planted += [str(message.args) for message in OutboxMessage.objects.all()]
    assert not any("planted-secret" in text for text in planted)


def test_credentials_of_another_source_do_not_open(attached: World, grant: Grant):
    source = DataSource.objects.get()
    store_credentials(source, {"password": "x"})
    token = DataSource.objects.get().secrets
    source.pk, source.name = None, "另一个库"
    source.save(force_insert=True)
    DataSource.objects.filter(pk=source.pk).update(secrets=token)
    attached.resource.attachment.source = source
    attached.resource.attachment.save()
    pull = ask(attached, grant)
    run(pull.pk, clock=timezone.now)
    pull.refresh_from_db()
    assert (pull.status, pull.failure_code) == ("quarantined", "credentials_unreadable")
