"""Every invariant holds after ordinary work, and each breach is found."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from portal.invariants import Invariant, invariants, verify
from portal.ledger.models import Entry
from portal.ledger.records import record
from portal.ledger.sealer import seal
from sharing import grants
from sharing import invariants as own  # noqa: F401 - registers them
from sharing.granting.usage import Use, record_use
from sharing.links import make
from sharing.links import open as open_link
from sharing.models import Counter, Delivery, Grant
from sharing.pulling import request_pull, run
from tests.world import World, granted

BREACHES = {
    # Every statement is one that nobody but an intruder with the database's password can give.
    1: """INSERT INTO ledger_entry (at, kind, actor_name, acting_for, object_type, object_id,
            object_label, departments, data, article, digest)
          SELECT now(), 'grant.suspended', '', '', 'sharing.grant', id::text, number, '{}', '{}', '', ''
            FROM sharing_grant;
          INSERT INTO ledger_entry (at, kind, actor_name, acting_for, object_type, object_id,
            object_label, departments, data, article, digest)
          SELECT now(), 'delivery.downloaded', '', '', 'sharing.delivery', id::text, number, '{}',
            '{}', '', '' FROM sharing_delivery""",
    2: "UPDATE sharing_pull SET status = 'queued', ended_at = NULL; UPDATE sharing_grant SET status = 'suspended'",
    3: "UPDATE sharing_grant SET starts_on = '2020-01-01', ends_on = '2020-12-31'",
    4: """UPDATE sharing_grantevent SET data = jsonb_set(data, '{terms,fields}', (
            SELECT jsonb_agg(field) FROM jsonb_array_elements(data -> 'terms' -> 'fields') AS field
            WHERE field ->> 'key' <> 'name')) WHERE kind = 'granted'""",
    5: """UPDATE sharing_itemevent SET data = jsonb_set(data, '{position}', '5')
          WHERE kind = 'stage_signed' AND data ->> 'position' = '2'""",
    6: """UPDATE sharing_itemevent e SET data = jsonb_set(data, '{by,person,official_id}',
            (SELECT to_jsonb(a.applicant_id) FROM sharing_application a JOIN sharing_applicationitem i
              ON i.application_id = a.id WHERE i.id = e.item_id))
          WHERE kind = 'stage_signed' AND data ->> 'position' = '3'""",
    7: """UPDATE sharing_itemevent SET data = jsonb_set(data, '{content_hash}', '"other"')
          WHERE kind = 'stage_signed' AND data ->> 'position' = '1'""",
    8: """UPDATE sharing_itemevent SET seq = seq + 100 WHERE seq > 3;
          INSERT INTO sharing_itemevent (item_id, seq, kind, data, actor_id, acting_for_id, at)
          SELECT item_id, seq + 1, kind, data, actor_id, acting_for_id, at FROM sharing_itemevent
          WHERE seq = 3""",
    9: """INSERT INTO organisation_post (official_id, department_id, role, valid_from)
          SELECT id, department_id, 'clerk', '2020-01-01' FROM organisation_official
          WHERE username = 'sysadmin'""",
    13: """UPDATE sharing_pull SET status = 'claimed', ended_at = NULL,
             lease_until = now() - interval '1 hour'""",
    14: "UPDATE sharing_pull SET status = 'cancelled'",
    15: "UPDATE sharing_pull SET token = token + 1",
    16: "UPDATE sharing_deliveryfile SET sha256 = repeat('0', 64) WHERE format = 'csv'",
    25: "DELETE FROM ledger_entry WHERE kind = 'item.stage_signed'",
    28: "ALTER TABLE sharing_itemevent DISABLE TRIGGER sharing_event_separation",
    31: "UPDATE sharing_applicationitem SET due_on = '2020-01-01'",
    32: "DELETE FROM catalog_resourcegroupobjectpermission",
    33: """UPDATE catalog_datasource SET options = options || '{"password": "planted"}'""",
    34: """UPDATE sharing_applicationitem SET demander_id = (
             SELECT id FROM organisation_department WHERE name = '苏州市民政局')""",
    35: "UPDATE sharing_grant SET ends_on = ends_on + 1",
    62: "UPDATE sharing_grant SET status = 'suspended', status_reason = 'x'",
    63: """INSERT INTO sharing_grantevent (grant_id, seq, kind, data, content_hash, at)
          SELECT grant_id, seq + n, 'terminated', data || jsonb_build_object(
            'kind', 'terminated', 'cause', 'service', 'reason', 'x'), content_hash, at
          FROM sharing_grantevent, generate_series(10, 11) AS n WHERE seq = 1""",
    64: "UPDATE sharing_usagerecord SET scene = 'other'",
    70: """UPDATE sharing_chainpolicy SET definition = '{"limits": {"supply": 30}}'""",
    71: """INSERT INTO sharing_emergencyaccess (item_id, grant_id, reason, opened_by_id, opened_at,
             until, policy_version, ended)
           SELECT item_id, id, 'x', (SELECT min(id) FROM organisation_official), now(),
             '2020-01-01', '', '' FROM sharing_grant""",
    72: """UPDATE sharing_itemevent SET data = jsonb_set(data, '{plan,rule}', '{"id": 999}')
           WHERE kind = 'submitted'""",
}  # fmt: skip


@pytest.fixture
def delivery(attached: World) -> Delivery:
    """A delivery that was downloaded, under a grant that was suspended and resumed before."""
    grant = granted(attached)
    steward, clerk, now = attached.people["steward"], attached.people["clerk"], attached.now
    grants.suspend(by=steward, grant_id=grant.pk, reason="检查用途", now=now)
    grants.resume(by=steward, grant_id=grant.pk, reason="已整改", now=now)
    delivery = run(request_pull(by=clerk, grant_id=grant.pk, now=now).pk, clock=timezone.now)
    assert delivery is not None
    link = make(delivery.files.get(format="csv"), clerk, now)
    b"".join(open_link(link, clerk, now).chunks)
    today = attached.today
    use = Use(period_from=today, period_to=today, scene="s", process="p", effect="e", storage="s")
    record_use(by=clerk, grant_id=grant.pk, use=use, now=now)
    return delivery


def broken() -> set[int]:
    now = timezone.now()
    return {one.number for one in ours() if verify(one.number, now)}


def ours() -> list[Invariant]:
    return [one for one in invariants() if one.check.__module__.startswith("sharing.")]


def test_everything_holds_after_ordinary_work(delivery: Delivery):
    assert broken() == set()


def test_every_invariant_has_a_breach():
    elsewhere = {27}  # below: the ledger seals only what is committed
    elsewhere |= {65, 66, 67, 68, 180}  # tests/sharing/concerns, tests/sharing/oversight
    assert {one.number for one in ours()} == set(BREACHES) | elsewhere


def test_every_breach_is_found(delivery: Delivery):
    missed = [number for number in BREACHES if not found_after(BREACHES[number], number)]
    assert missed == []
    assert broken() == set()  # each breach was rolled back


def found_after(breach: str, number: int) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(breach)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        found = bool(verify(number, timezone.now()))
        transaction.set_rollback(True)
    return found


@pytest.mark.django_db(transaction=True)
def test_changed_ledger_is_found():
    now = timezone.now()
    with transaction.atomic():
        record("calendar.loaded", by=None, obj=Counter(name="year"), now=now)
    later = now + timedelta(hours=1)
    assert [one.obj for one in verify(27, later)] == ["ledger unsealed"]
    seal(now)
    assert not verify(27, now)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("""UPDATE ledger_entry SET data = '{"changed": true}'""")
        cursor.execute("SET session_replication_role = DEFAULT")
    assert verify(27, now)


def test_removed_file_is_found(delivery: Delivery):
    (Path(settings.DELIVERY_ROOT) / delivery.files.get(format="parquet").path).unlink()
    assert broken() == {16}


def test_command_reports_as_json_and_exits_1(delivery: Delivery):
    Entry.objects.count()
    out = StringIO()
    call_command("verify_invariants", "32", "16", json=True, stdout=out)
    assert json.loads(out.getvalue())["holds"] is True
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalog_resourcegroupobjectpermission")
    out = StringIO()
    with pytest.raises(SystemExit) as exit_:
        call_command("verify_invariants", json=True, stdout=out)
    assert exit_.value.code == 1
    found = {one["number"]: one for one in json.loads(out.getvalue())["invariants"]}
    grant = Grant.objects.get()
    assert found[32]["violations"] == [
        {"object": grant.number, "message": found[32]["violations"][0]["message"]}
    ]


def test_grace_of_clockwork(delivery: Delivery):
    """A grant that ended a moment ago is not yet a breach: the clockwork comes every minute."""
    grant = Grant.objects.get()
    midnight = timezone.make_aware(
        timezone.datetime(grant.ends_on.year, grant.ends_on.month, grant.ends_on.day)
    ) + timedelta(days=1)
    assert not verify(3, midnight + timedelta(minutes=5))
    assert verify(3, midnight + timedelta(minutes=15))
