"""The life of grants in the database: columns, right, pulls, ledger, notices, guards."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from catalog.access import holds
from catalog.models import DataItem
from portal.errors import Forbidden, Invalid, NotAllowed, NotVisible, Stale
from portal.invariants import verify
from portal.ledger.models import Entry
from portal.notices.models import Notice
from sharing import invariants as own  # noqa: F401 - registers them
from sharing import links
from sharing.granting import clockwork, execute_on_grant, masks
from sharing.grantlife import commands as c
from sharing.grantlife.terms import ChangeKind, Disposal
from sharing.models import Delivery, Grant, GrantEvent
from sharing.pulling import request_pull, run
from sharing.violations import detectors
from tests.sharing.grantlife.conftest import Step
from tests.world import World


def told(kind: str) -> set[str]:
    return set(Notice.objects.filter(kind=kind).values_list("official__username", flat=True))


def sound() -> bool:
    from django.utils import timezone

    return not [n for n in (1, 2, 4, 32, 35, 62, 63, 64) if verify(n, timezone.now())]


def renew(world: World, **changes: object) -> c.AskRenewal:
    until = world.today + timedelta(days=500)
    return c.AskRenewal(**{"until": until, "use": "每月核对", "results": "纠错12件"} | changes)


def test_renewal_extends_without_a_gap(attached: World, grant: Grant, step: Step):
    with pytest.raises(NotAllowed) as early:
        step("clerk", renew(attached))
    assert early.value.reason == "too_early"
    before = grant.ends_on
    step("clerk", renew(attached, keep=("id_number", "name")), days=300)
    assert told("grant.renewal_asked") == {"steward"}
    step("steward", c.EndorseRenewal(), days=301)
    assert told("grant.renewal_endorsed") == {"provider_office"}
    renewed = step("provider_office", c.ConsentRenewal(), days=302)
    assert renewed.ends_on == attached.today + timedelta(days=500) > before
    assert [field["key"] for field in renewed.fields] == ["id_number", "name"]
    assert renewed.status == "active"
    assert holds("pull_resource", renewed.department, renewed.resource)
    assert clockwork.expire_due(attached.now + timedelta(days=400)) == 0
    assert sound()


def test_a_stale_form_and_a_stranger_change_nothing(attached: World, grant: Grant, step: Step):
    with pytest.raises(Stale):
        step("clerk", c.GiveUp(reason="x", seen=1))  # granted and activated are two
    with pytest.raises(NotVisible):
        step("stranger", c.GiveUp(reason="x"))
    with pytest.raises(Forbidden):
        step("county_authority", c.GiveUp(reason="x"))
    with pytest.raises(Invalid) as error:
        step("clerk", c.GiveUp(reason=" ", seen=2))
    assert error.value.faults[0].field == "reason"
    assert GrantEvent.objects.filter(grant=grant).count() == 2


def test_narrowing_stops_pulls_and_reaches_back(attached: World, grant: Grant, step: Step):
    clerk = attached.people["clerk"]
    from django.utils import timezone

    delivery = run(
        request_pull(by=clerk, grant_id=grant.pk, now=attached.now).pk, clock=timezone.now
    )
    assert delivery is not None
    running = request_pull(by=clerk, grant_id=grant.pk, now=attached.now)
    old = grant.content_hash
    narrowed = step("clerk", c.Narrow(keep=("name", "region_code")))
    running.refresh_from_db()
    assert (running.status, running.failure_code) == ("cancelled", "grant.narrowed")
    assert narrowed.content_hash != old
    assert told("grant.narrowed") >= {"clerk", "steward"}
    file = delivery.files.get(format="csv")
    refused = links.hindrance_to_download(
        Delivery.objects.select_related("grant__resource__provider", "grant__department").get(),
        clerk, attached.now,
    )  # fmt: skip
    assert refused is not None
    assert refused.reason == "beyond_grant"
    with pytest.raises(NotAllowed):
        links.open(links.make(file, clerk, attached.now), clerk, attached.now)
    fresh = run(request_pull(by=clerk, grant_id=grant.pk, now=attached.now).pk, clock=timezone.now)
    assert fresh is not None
    assert links.hindrance_to_download(fresh, clerk, attached.now) is None
    assert sound()


def test_provider_narrows_only_by_negotiation(attached: World, grant: Grant, step: Step):
    with pytest.raises(Forbidden):
        step("steward", c.Narrow(keep=("name",)))
    plan = c.ProposeChange(
        change=ChangeKind.NARROWING, effective_on=attached.today, reason="数据项下线",
        keep=("name",),
    )  # fmt: skip
    step("steward", plan)
    step("clerk", c.AnswerChange(agreed=False, text="仍需身份证号"))
    step("steward", NEGOTIATED(attached))
    step("province_reviewer", c.FileChange(filing_number="备1"))
    assert clockwork.change_due(attached.now) == 1
    grant.refresh_from_db()
    assert ([one["key"] for one in grant.fields], grant.status) == (["name"], "active")
    assert sound()


def NEGOTIATED(world: World) -> c.RecordNegotiation:  # noqa: N802 - reads as a value
    return c.RecordNegotiation(
        held_on=world.today, participants="公安厅、街道办", agreed=True, text="同意"
    )


def test_provider_ends_only_what_was_negotiated_and_filed(
    attached: World, grant: Grant, step: Step
):
    day = attached.today + timedelta(days=3)
    plan = c.ProposeChange(change=ChangeKind.TERMINATION, effective_on=day, reason="系统停用")
    step("steward", plan)
    assert told("grant.change_proposed") >= {"clerk"}
    with pytest.raises(NotAllowed):
        step("province_reviewer", c.FileChange(filing_number="备1"))
    step("steward", NEGOTIATED(attached))
    assert told("grant.negotiation_recorded") >= {"province_reviewer"}
    with pytest.raises(Forbidden):  # the county's authority supervises, it files nothing here
        step("county_authority", c.FileChange(filing_number="备1"))
    step("province_reviewer", c.FileChange(filing_number="备1"))
    assert clockwork.change_due(attached.now + timedelta(days=2)) == 0
    assert clockwork.change_due(attached.now + timedelta(days=3)) == 1
    grant.refresh_from_db()
    assert (grant.status, grant.change_step) == ("terminated", "")
    assert not holds("pull_resource", grant.department, grant.resource)
    assert sound()


def test_authority_suspends_and_only_it_lifts(attached: World, grant: Grant, step: Step):
    wrong = c.Suspend(reason="超范围", facts="抽查", rectify_by=attached.today + timedelta(days=5))
    held = step("county_authority", wrong)
    assert held.rectify_by == attached.today + timedelta(days=5)
    with pytest.raises(NotAllowed) as error:
        step("steward", c.Restore(reason="x"))
    assert error.value.reason == "authority_suspended"
    step("clerk", c.ReportRectification(text="已收回账号"))
    assert step("county_authority", c.Restore(reason="到位")).status == "active"
    entry = Entry.objects.filter(kind="grant.suspended").get()
    assert (entry.article, entry.data["part"]) == ("27", "authority")


def test_a_higher_grade_raises_the_mask_at_once(attached: World, grant: Grant):
    pull = request_pull(by=attached.people["clerk"], grant_id=grant.pk, now=attached.now)
    before = {one["key"]: one["mask"] for one in grant.fields}
    with connection.cursor() as cursor:  # published versions are immutable: as a new one would say
        cursor.execute("SET LOCAL session_replication_role = replica")
        DataItem.objects.filter(version=grant.resource.live_id, key="id_number").update(grade=4)
        DataItem.objects.filter(version=grant.resource.live_id, key="region_code").update(grade=5)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    masks.published(grant.resource, now=attached.now)
    grant.refresh_from_db()
    after = {one["key"]: one["mask"] for one in grant.fields}
    assert after == before | {"id_number": "id_number_strict", "region_code": "redact"}
    pull.refresh_from_db()
    assert pull.status == "cancelled"
    assert told("grant.masks_raised") >= {"clerk", "steward"}
    masks.published(grant.resource, now=attached.now)  # nothing to do a second time
    assert GrantEvent.objects.filter(grant=grant, kind="masks_raised").count() == 1
    assert sound()


def test_publication_tells_grants(attached: World, monkeypatch: pytest.MonkeyPatch):
    from catalog import hooks

    assert hooks._publications["sharing"] is masks.published


def breached(now: datetime) -> set[str]:
    """Articles that the register of violations would name now."""
    known = [one for one in detectors() if one.article.startswith("40")]
    return {one.article for one in known if list(one.find(now))}


def test_disposal_is_due_reminded_and_confirmed(
    attached: World, grant: Grant, step: Step, settings
):
    from django.utils import timezone

    settings.GRANT_DISPOSAL_DAYS = 5
    pull = request_pull(by=attached.people["clerk"], grant_id=grant.pk, now=attached.now)
    assert run(pull.pk, clock=timezone.now) is not None
    over = step("clerk", c.GiveUp(reason="用途实现"))
    assert over.disposal_due_on is not None
    due = attached.now + (over.disposal_due_on - attached.today)
    assert list(clockwork.overdue_disposals(due)) == []
    late = due + timedelta(days=1)
    assert [(one.pk, day) for one, day in clockwork.overdue_disposals(late)] == [
        (grant.pk, over.disposal_due_on)
    ]
    assert [one.pk for one, _day in clockwork.unrecorded_use(late)] == [grant.pk]
    assert breached(late) == {"40(4)", "40(5)"}
    assert clockwork.remind(late) == 1
    assert clockwork.remind(late) == 0  # once a day
    assert told("grant.disposal_due") >= {"clerk"}
    done = c.ConfirmDisposal(
        how=Disposal.DELETED, disposed_on=attached.today, responsible="张海燕",
        certificate="销毁记录1号",
    )  # fmt: skip
    step("clerk", done)
    assert list(clockwork.overdue_disposals(late)) == []
    assert breached(late) == {"40(5)"}
    assert told("grant.disposal_confirmed") >= {"steward", "province_reviewer"}
    assert sound()


def test_without_a_local_limit_nothing_is_overdue(attached: World, grant: Grant, step: Step):
    assert step("clerk", c.GiveUp(reason="x")).disposal_due_on is None


def test_reminders_before_the_end(attached: World, grant: Grant):
    for before, number in ((31, 0), (30, 1), (29, 0), (7, 1)):
        day = attached.now + (grant.ends_on - attached.today) - timedelta(days=before)
        assert clockwork.remind(day) == number, before
        Notice.objects.all().delete()


@pytest.mark.parametrize("place", ["enter", "stop_pulls", "tell_recipients"])
def test_killed_halfway_nothing_has_happened(
    attached: World, grant: Grant, step: Step, monkeypatch: pytest.MonkeyPatch, place: str
):
    """The transaction is one: whatever dies in it, the grant is as it was."""
    pull = request_pull(by=attached.people["clerk"], grant_id=grant.pk, now=attached.now)

    def die(*_args: object, **_kwargs: object) -> None:
        raise DatabaseError("killed")

    from sharing.granting import effects

    monkeypatch.setattr(effects, place, die)
    monkeypatch.setitem(effects._TELLERS, "recipient", effects.tell_recipients)
    with pytest.raises(DatabaseError), transaction.atomic():
        step("clerk", c.GiveUp(reason="x"))
    pull.refresh_from_db()
    grant.refresh_from_db()
    assert (pull.status, grant.status, grant.event_count) == ("queued", "active", 2)
    assert GrantEvent.objects.filter(grant=grant).count() == 2
    assert holds("pull_resource", grant.department, grant.resource)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sharing_grantevent SET kind = 'other'",
        "DELETE FROM sharing_grantevent",
        "UPDATE sharing_grant SET event_count = event_count + 1, ends_on = ends_on + 1",
        "UPDATE sharing_grant SET event_count = event_count + 1, row_region_id = '320600'",
        "UPDATE sharing_grant SET event_count = event_count + 1, fields = '[]'",
        """UPDATE sharing_grant SET event_count = event_count + 1,
            fields = fields || '[{"key": "address"}]'""",
        "UPDATE sharing_grant SET ends_on = ends_on - 1",
        """UPDATE sharing_grant SET status = 'suspended', status_reason = 'x';
            SET CONSTRAINTS ALL IMMEDIATE""",
    ],
)
def test_the_database_refuses(attached: World, grant: Grant, change: str):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_every_command_is_refused_after_the_end_but_disposal(
    attached: World, grant: Grant, step: Step
):
    step("clerk", c.GiveUp(reason="x"))
    from tests.sharing.grantlife.samples import COMMANDS

    for name, command in COMMANDS.items():
        if name in {"confirm_disposal", "file_emergency"}:
            continue
        for person in ("clerk", "steward", "provider_office", "province_reviewer"):
            with pytest.raises(NotAllowed) as error:
                execute_on_grant(
                    by=attached.people[person], grant_id=grant.pk, command=command,
                    now=attached.now,
                )  # fmt: skip
            assert error.value.reason == "closed"
    assert GrantEvent.objects.filter(grant=grant).count() == 3
