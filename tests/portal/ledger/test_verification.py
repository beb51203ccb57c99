"""Whatever somebody with full power over the database does to the ledger is found and named."""

import json
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from portal.ledger import chain
from portal.ledger.checkpoints import Keys, read, stored
from portal.ledger.findings import Report, What
from portal.ledger.models import Entry, Seal
from portal.ledger.records import digest_of
from portal.ledger.sealer import checkpoint, seal
from portal.ledger.verification import verify
from portal.signing import public_key_pem
from tests.portal.ledger.conftest import Write

pytestmark = pytest.mark.django_db(transaction=True)


def named(report: Report) -> set[tuple[str, int | None, int | None]]:
    return {(finding.what.value, finding.seq, finding.entry_id) for finding in report.findings}


def rechain(execute, first: int) -> None:
    """Compute the chain anew from ``first`` on, as a clever forger would."""
    head = (
        Seal.objects.filter(seq=first - 1).values_list("hash", flat=True).first() or chain.GENESIS
    )
    for one in Seal.objects.filter(seq__gte=first).order_by("seq").select_related("entry"):
        head = chain.link(head, one.entry.digest)
        execute("UPDATE ledger_seal SET hash = %s WHERE seq = %s", [head, one.seq])


def test_an_untouched_ledger_is_intact(ledger: list[Entry], now: datetime):
    report = verify(now=now + timedelta(days=1), kept=stored())

    assert report.findings == []
    assert (report.entries, report.checkpoints) == (12, 3)
    assert report.head == Seal.objects.latest("seq").hash


CHANGES = {
    "at": "at + interval '1 second'",
    "kind": "'test.other'",
    "actor_id": "NULL",
    "actor_name": "'李四'",
    "acting_for": "'李四'",
    "object_type": "'catalog.resource'",
    "object_id": "'0'",
    "object_label": "'x'",
    "departments": "'{1}'",
    "data": "'{\"number\": 99}'",
    "article": "'22'",
    "digest": "repeat('0', 64)",
}


@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_entry_is_named(column: str, ledger: list[Entry], tampering, now: datetime):
    victim = ledger[5]
    with tampering() as execute:
        statement = f"UPDATE ledger_entry SET {column} = {CHANGES[column]} WHERE id = %s"  # noqa: S608
        execute(statement, [victim.pk])

    assert named(verify(now=now)) == {("changed", 6, victim.pk)}


def test_an_entry_sealed_before_the_beginning_is_named(
    ledger: list[Entry], write: Write, tampering, now: datetime
):
    (hidden,) = write(1)
    with tampering() as execute:
        execute(
            "INSERT INTO ledger_seal (seq, entry_id, hash, sealed_at) VALUES (0, %s, %s, now())",
            [hidden.pk, chain.link(chain.GENESIS, hidden.digest)],
        )

    assert named(verify(now=now)) == {("inserted", 0, hidden.pk)}


def test_an_entry_changed_with_its_digest_is_named(ledger: list[Entry], tampering, now: datetime):
    victim = ledger[5]
    with tampering() as execute:
        _forge(execute, victim)

    assert named(verify(now=now)) == {("broken", 6, victim.pk)}


def _forge(execute, victim: Entry) -> None:
    victim.data = {"number": 99}
    execute(
        "UPDATE ledger_entry SET data = '{\"number\": 99}', digest = %s WHERE id = %s",
        [digest_of(victim), victim.pk],
    )


def test_a_rewritten_chain_contradicts_its_checkpoints(
    ledger: list[Entry], tampering, now: datetime
):
    with tampering() as execute:
        _forge(execute, ledger[5])
        rechain(execute, 6)

    report = verify(now=now)

    assert [(one.what, one.seq, one.until) for one in report.findings] == [
        (What.BROKEN, 5, 8),
        (What.BROKEN, 9, 12),
        (What.FORKED, 8, None),
    ]


def test_a_ledger_rewritten_with_its_checkpoints_contradicts_the_kept_ones(
    ledger: list[Entry], tampering, now: datetime
):
    """Even somebody who has the signing key cannot change what others keep."""
    kept = stored()
    with tampering() as execute:
        _forge(execute, ledger[5])
        rechain(execute, 6)
        execute("DELETE FROM ledger_checkpoint")
    checkpoint(now)

    assert verify(now=now).intact
    report = verify(now=now, kept=kept)
    assert {finding.what for finding in report.findings} == {What.FORKED, What.MISSING}
    assert [one.seq for one in report.findings if one.what == What.FORKED] == [8, 12]


@pytest.mark.parametrize("position", [0, 5, 11])
def test_a_deleted_entry_is_named(position: int, ledger: list[Entry], tampering, now: datetime):
    victim = ledger[position]
    with tampering() as execute:
        execute("DELETE FROM ledger_entry WHERE id = %s", [victim.pk])

    assert named(verify(now=now)) == {("missing", position + 1, victim.pk)}


def test_an_entry_deleted_with_its_seal_is_named(ledger: list[Entry], tampering, now: datetime):
    with tampering() as execute:
        execute("DELETE FROM ledger_seal WHERE seq = 6")
        execute("DELETE FROM ledger_entry WHERE id = %s", [ledger[5].pk])

    assert ("missing", 6, None) in named(verify(now=now))


def test_a_deletion_hidden_by_renumbering_is_found(ledger: list[Entry], tampering, now: datetime):
    with tampering() as execute:
        execute("DELETE FROM ledger_seal WHERE seq = 6")
        execute("DELETE FROM ledger_entry WHERE id = %s", [ledger[5].pk])
        execute("UPDATE ledger_seal SET seq = -seq + 1 WHERE seq > 6")
        execute("UPDATE ledger_seal SET seq = -seq WHERE seq < 0")

    found = named(verify(now=now))

    assert ("broken", 6, ledger[6].pk) in found
    assert ("missing", 8, None) in found  # the checkpoint says how many are gone
    assert ("truncated", 12, None) in found


def test_a_cut_off_end_is_found_by_the_checkpoints_left(
    ledger: list[Entry], tampering, now: datetime
):
    with tampering() as execute:
        execute("DELETE FROM ledger_seal WHERE seq > 10")
        execute("DELETE FROM ledger_entry WHERE id > %s", [ledger[9].pk])

    report = verify(now=now)

    assert [(one.what, one.seq, one.until) for one in report.findings] == [(What.TRUNCATED, 11, 12)]


def test_a_cut_off_end_with_its_checkpoints_is_found_by_a_kept_one(
    ledger: list[Entry], tampering, now: datetime
):
    kept = stored()
    with tampering() as execute:
        execute("DELETE FROM ledger_seal WHERE seq > 8")
        execute("DELETE FROM ledger_entry WHERE id > %s", [ledger[7].pk])
        execute("DELETE FROM ledger_checkpoint WHERE seq > 8")

    assert verify(now=now).intact
    report = verify(now=now, kept=kept)
    assert [(one.what, one.seq, one.until) for one in report.findings] == [
        (What.TRUNCATED, 9, 12),
        (What.MISSING, 12, None),
    ]


def test_swapped_contents_are_named(ledger: list[Entry], tampering, now: datetime):
    one, other = ledger[2].pk, ledger[6].pk
    with tampering() as execute:
        execute("UPDATE ledger_entry SET id = 0 WHERE id = %s", [one])
        execute("UPDATE ledger_entry SET id = %s WHERE id = %s", [one, other])
        execute("UPDATE ledger_entry SET id = %s WHERE id = 0", [other])

    assert named(verify(now=now)) == {("reordered", 3, one), ("reordered", 7, other)}


@pytest.mark.parametrize("places", [(3, 7), (3, 4)])
def test_swapped_places_are_named(places, ledger: list[Entry], tampering, now: datetime):
    first, second = places
    with tampering() as execute:
        execute("UPDATE ledger_seal SET seq = 0 WHERE seq = %s", [first])
        execute("UPDATE ledger_seal SET seq = %s WHERE seq = %s", [first, second])
        execute("UPDATE ledger_seal SET seq = %s WHERE seq = 0", [second])

    found = {one for one in named(verify(now=now)) if one[0] == "reordered"}

    assert found == {
        ("reordered", first, ledger[second - 1].pk),
        ("reordered", second, ledger[first - 1].pk),
    }


def test_a_forged_entry_put_into_the_chain_is_named(ledger: list[Entry], tampering, now: datetime):
    """The forged entry has a good digest and a good link; the next one gives it away."""
    forged = Entry.objects.get(pk=ledger[0].pk)
    forged.pk, forged.data = 1_000_000, {"number": 99}
    forged.digest = digest_of(forged)
    before = Seal.objects.get(seq=5)
    with tampering() as execute:
        forged.save(force_insert=True)
        execute("UPDATE ledger_seal SET seq = -seq - 1 WHERE seq > 5")
        execute("UPDATE ledger_seal SET seq = -seq WHERE seq < 0")
        Seal.objects.create(
            seq=6, entry=forged, hash=chain.link(before.hash, forged.digest), sealed_at=now
        )

    found = named(verify(now=now))

    assert ("inserted", 6, forged.pk) in found
    assert ("inserted", 8, None) in found  # the checkpoint says how many were added


def test_an_entry_that_was_never_sealed_is_named(write: Write, now: datetime):
    write(1, age=timedelta(seconds=50))
    (old,) = write(1, age=timedelta(seconds=70))

    assert named(verify(now=now)) == {("unsealed", None, old.pk)}


def test_sealed_entries_without_checkpoint_are_named(write: Write, now: datetime):
    entries = write(3)
    seal(now)

    assert verify(now=now + timedelta(minutes=4)).intact
    assert named(verify(now=now + timedelta(minutes=6))) == {("unsigned", 1, entries[0].pk)}


@pytest.mark.parametrize(
    "change", ["at = at - interval '1 day'", "signature = repeat('0', 128)", "key_id = 'unknown'"]
)
def test_a_changed_checkpoint_is_named(change: str, ledger: list[Entry], tampering, now: datetime):
    with tampering() as execute:
        execute(f"UPDATE ledger_checkpoint SET {change} WHERE seq = 8")  # noqa: S608

    assert named(verify(now=now)) == {("bad_signature", 8, None)}


def test_after_a_change_of_key_old_checkpoints_need_the_old_key(ledger: list[Entry], now: datetime):
    old = public_key_pem()
    with override_settings(SIGNING_KEY="another"):
        assert {one.what for one in verify(now=now).findings} == {What.BAD_SIGNATURE}
        assert verify(now=now, keys=Keys.from_pem([public_key_pem(), old])).intact


def test_kept_checkpoints_survive_the_journey_through_a_file(ledger: list[Entry]):
    assert list(read(one.as_json() for one in stored())) == stored()


class TestCommand:
    def run(self, *arguments: str) -> tuple[int, str]:
        out, code = StringIO(), 0
        try:
            call_command("verify_ledger", *arguments, stdout=out, no_color=True)
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        return code, out.getvalue()

    @pytest.mark.usefixtures("ledger")
    def test_intact(self):
        code, text = self.run()

        assert code == 0
        assert "intact: 12 entries, 3 checkpoints" in text

    def test_damage_is_named_and_the_exit_code_says_so(self, ledger: list[Entry], tampering):
        with tampering() as execute:
            execute("UPDATE ledger_entry SET article = '1' WHERE id = %s", [ledger[5].pk])

        code, text = self.run()

        assert code == 1
        assert f"changed: seq 6, entry {ledger[5].pk}:" in text

    def test_json(self, ledger: list[Entry], tampering):
        with tampering() as execute:
            execute("DELETE FROM ledger_entry WHERE id = %s", [ledger[5].pk])

        code, text = self.run("--json")

        report = json.loads(text)
        assert code == 1
        assert report["intact"] is False
        assert [(one["what"], one["seq"], one["entry_id"]) for one in report["findings"]] == [
            ("missing", 6, ledger[5].pk)
        ]

    @pytest.mark.usefixtures("ledger")
    def test_kept_checkpoints_and_key_from_files(self, tampering, tmp_path: Path):
        kept, key = tmp_path / "kept.jsonl", tmp_path / "key.pem"
        call_command("export_checkpoints", output=kept, public_key=key)
        arguments = ["--checkpoints", str(kept), "--public-key", str(key)]
        assert self.run(*arguments)[0] == 0
        with tampering() as execute:
            execute("DELETE FROM ledger_checkpoint WHERE seq = 12")

        code, text = self.run(*arguments)

        assert code == 1
        assert "missing: seq 12" in text

    @pytest.mark.usefixtures("ledger")
    def test_a_file_that_is_none_is_named(self, tmp_path: Path):
        kept = tmp_path / "kept.jsonl"
        kept.write_text("\n{}\n")

        with pytest.raises(CommandError, match="line 2: not a checkpoint") as caught:
            self.run("--checkpoints", str(kept))

        assert caught.value.returncode == 2
