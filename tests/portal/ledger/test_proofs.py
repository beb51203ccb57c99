"""An entry's proof convinces somebody who has only the public key."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.test import override_settings

from portal.errors import NotAllowed
from portal.ledger.checkpoints import Keys
from portal.ledger.models import Entry
from portal.ledger.proofs import fault_of, proof_of
from portal.ledger.sealer import seal
from portal.signing import public_key_pem, sign, verify
from tests.portal.ledger.conftest import Write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("position", [0, 3, 4, 6, 11])
def test_every_entry_can_be_proved(position: int, ledger: list[Entry]):
    proof = proof_of(ledger[position])

    assert fault_of(proof, Keys.own()) == ""
    assert f'"number":{position}' in proof.content


def test_a_proof_of_something_else_does_not_hold(ledger: list[Entry]):
    proof = proof_of(ledger[5])

    forged = replace(proof, content=proof.content.replace('"number":5', '"number":9'))

    assert forged != proof
    assert "not what the checkpoint covers" in fault_of(forged, Keys.own())


def test_a_proof_under_a_stranger_s_signature_does_not_hold(ledger: list[Entry]):
    proof = proof_of(ledger[5])
    summary = replace(proof.checkpoint.summary, at=proof.checkpoint.summary.at + timedelta(1))

    assert "does not fit" in fault_of(
        replace(proof, checkpoint=replace(proof.checkpoint, summary=summary)), Keys.own()
    )
    with override_settings(SIGNING_KEY="another"):
        assert "unknown key" in fault_of(proof, Keys.own())


def test_before_the_checkpoint_there_is_no_proof(write: Write, now: datetime):
    (entry,) = write(1)
    with pytest.raises(NotAllowed):
        proof_of(entry)
    seal(now)
    with pytest.raises(NotAllowed):
        proof_of(entry)


def test_signatures_hold_for_one_message_and_one_key():
    key_id, signature = sign(b"message")

    assert verify(b"message", signature)
    assert not verify(b"another", signature)
    assert not verify(b"message", "not hexadecimal")
    assert list(Keys.from_pem([public_key_pem()]).by_id) == [key_id]
    with override_settings(SIGNING_KEY="another"):
        assert not verify(b"message", signature)
