"""Every kind of entry that any app writes has a name on the ledger's pages."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from portal.ledger import kinds
from sharing.approval.events import EVENTS
from sharing.models import Pull

WRITING = re.compile(
    r"(?:\brecord|\benter|\b_enter|_Change)\(\s*(?:[\w.]+,\s*)?\"([a-z]+\.[a-z_]+)\""
)
NAMED = re.compile(r"\bkind = \"([a-z]+\.[a-z_]+)\"(?: if \w+ else \"([a-z]+\.[a-z_]+)\")?")


def written() -> set[str]:
    """Dotted names that sources pass to the ledger."""
    found: set[str] = set()
    for app in ("portal", "catalog", "sharing"):
        for path in Path(app).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            found |= set(WRITING.findall(text))
            if "record(" in text:
                found |= {name for pair in NAMED.findall(text) for name in pair if name}
    return found | {f"item.{name}" for name in EVENTS}


def test_the_sources_are_understood():
    """Guards the test below against finding nothing."""
    assert len(written()) > 40
    assert {"post.appointed", "grant.created", "region.created", "item.submitted"} <= written()


@pytest.mark.parametrize("kind", sorted(written()))
def test_every_kind_has_a_name(kind: str):
    with translation.override("en"):
        assert kinds.text_of(kind) != kind


def test_every_end_of_a_pull_has_a_name():
    for status in Pull.Status.values:
        if status in {"failed", "quarantined", "queued", "cancelled"}:
            assert kinds.text_of(f"pull.{status}") != f"pull.{status}"


def test_an_unknown_kind_keeps_its_own_name():
    assert kinds.text_of("no.such") == "no.such"
