"""The life of a grant, and that guardian's right goes with it."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from catalog.access import holds
from catalog.models import Attachment
from portal.errors import Forbidden, Invalid, NotAllowed, NotVisible
from portal.ledger.models import Entry
from portal.notices.models import Notice
from sharing import grants
from sharing.models import Grant, Pull
from sharing.pulling import request_pull
from sharing.tasks import expire_grants
from tests.world import SourceDatabase, World, attach_people, granted


@pytest.fixture
def grant(attached: World) -> Grant:
    return granted(attached)


def may_pull(grant: Grant) -> bool:
    return holds("pull_resource", grant.department, grant.resource)


def stop(world: World, grant: Grant, by: str = "steward", reason: str = "超范围使用") -> Grant:
    return grants.suspend(by=world.people[by], grant_id=grant.pk, reason=reason, now=world.now)


def test_consent_gives_the_right_and_starts_the_supply_clock(attached: World, grant: Grant):
    assert grant.status == "active"
    assert may_pull(grant)
    assert attached.today + timedelta(days=25) < grant.supply_due_on  # twenty working days
    assert grant.content_hash == grants.content_hash_of(grant)
    assert grant.number.startswith("GX-320000-")
    kinds = Entry.objects.filter(object_type="sharing.grant").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == ["grant.created", "grant.activated"]


def test_without_a_source_the_grant_waits(world: World, source: SourceDatabase):
    grant = granted(world)
    assert grant.status == "provisioning"
    assert not may_pull(grant)
    assert grants.activate_ready(world.now) == 0
    attach_people(world, source)
    expire_grants()
    grant.refresh_from_db()
    assert grant.status == "active"
    assert may_pull(grant)


def test_suspension_takes_the_right_and_stops_pulls(attached: World, grant: Grant):
    pull = request_pull(by=attached.people["clerk"], grant_id=grant.pk, now=attached.now)
    grant = stop(attached, grant)
    assert (grant.status, grant.status_reason) == ("suspended", "超范围使用")
    assert grant.status_by == attached.people["steward"]
    assert not may_pull(grant)
    pull.refresh_from_db()
    assert (pull.status, pull.failure_code) == ("cancelled", "grant.suspended")
    told = Notice.objects.filter(kind="grant.suspended").values_list(
        "official__username", flat=True
    )
    assert set(told) == {"clerk", "office_head", "steward"}


def test_resumed_grant_is_in_force_again(attached: World, grant: Grant):
    stop(attached, grant)
    grant = grants.resume(by=attached.people["steward"], grant_id=grant.pk, now=attached.now)
    assert grant.status == "active"
    assert may_pull(grant)


def test_terminated_grant_stays_so(attached: World, grant: Grant):
    steward = attached.people["steward"]
    clerk = attached.people["clerk"]
    grants.terminate(by=clerk, grant_id=grant.pk, reason="用途结束", now=attached.now)
    assert not may_pull(grant)
    with pytest.raises(NotAllowed) as error:
        grants.resume(by=steward, grant_id=grant.pk, now=attached.now)
    assert error.value.reason == "closed"


def test_reason_is_required(attached: World, grant: Grant):
    for end, person in ((grants.suspend, "steward"), (grants.terminate, "clerk")):
        with pytest.raises(Invalid) as error:
            end(by=attached.people[person], grant_id=grant.pk, reason=" ", now=attached.now)
        assert error.value.faults[0].field == "reason"
    grant.refresh_from_db()
    assert grant.status == "active"


@pytest.mark.parametrize(
    ("person", "error"),
    [("clerk", Forbidden), ("office_head", Forbidden), ("stranger", NotVisible), ("sysadmin", NotVisible)],
)  # fmt: skip
def test_only_provider_and_authority_stop(
    attached: World, grant: Grant, person: str, error: type[Exception]
):
    with pytest.raises(error):
        stop(attached, grant, by=person)
    grant.refresh_from_db()
    assert grant.status == "active"


def test_authority_of_the_recipient_may_stop(attached: World, grant: Grant):
    assert stop(attached, grant, by="county_authority").status == "suspended"


def test_expiry_by_the_calendar(attached: World, grant: Grant):
    pull = request_pull(by=attached.people["clerk"], grant_id=grant.pk, now=attached.now)
    last_day = attached.now.replace(
        year=grant.ends_on.year, month=grant.ends_on.month, day=grant.ends_on.day, hour=12
    )
    assert grants.expire_due(last_day) == 0  # the last day still counts
    assert grants.expire_due(last_day + timedelta(days=1)) == 1
    assert grants.expire_due(last_day + timedelta(days=1)) == 0
    grant.refresh_from_db()
    pull.refresh_from_db()
    assert (grant.status, pull.status) == ("expired", "cancelled")
    assert not may_pull(grant)


def test_right_stays_while_another_grant_is_active(attached: World, grant: Grant):
    other = granted(attached, use_scenario="另一场景")
    stop(attached, grant)
    assert may_pull(other)
    stop(attached, other)
    assert not may_pull(other)


def test_over_grant_cannot_be_resumed(attached: World, grant: Grant):
    stop(attached, grant)
    with pytest.raises(NotAllowed) as error:
        grants.resume(
            by=attached.people["steward"], grant_id=grant.pk,
            now=attached.now + timedelta(days=400),
        )  # fmt: skip
    assert error.value.reason == "period_over"


def test_detached_grant_cannot_be_resumed(attached: World, grant: Grant):
    stop(attached, grant)
    Attachment.objects.all().delete()
    with pytest.raises(NotAllowed) as error:
        grants.resume(by=attached.people["steward"], grant_id=grant.pk, now=attached.now)
    assert error.value.reason == "not_attached"


@pytest.mark.parametrize(
    "change",
    [
        {"ends_on": date(2099, 1, 1)},
        {"fields": []},
        {"row_region_id": None},
        {"purpose": "any"},
        {"quota_pulls": 9},
    ],
)
def test_database_refuses_to_widen_a_grant(attached: World, grant: Grant, change: dict):
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(**change)


def test_database_refuses_to_revive_a_grant(attached: World, grant: Grant):
    grants.terminate(
        by=attached.people["clerk"], grant_id=grant.pk, reason="结束", now=attached.now
    )
    with pytest.raises(DatabaseError, match="cannot go from"), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(status="active")


def test_failed_ledger_undoes_the_suspension(attached: World, grant: Grant, monkeypatch):
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise DatabaseError("the ledger cannot be written")

    monkeypatch.setattr("sharing.granting.effects.enter", refuse)
    with pytest.raises(DatabaseError), transaction.atomic():
        stop(attached, grant)
    grant.refresh_from_db()
    assert grant.status == "active"
    assert may_pull(grant)
    assert not Pull.objects.exists()
