"""The committed reference document is the one that the rules generate."""

from pathlib import Path

from sharing.approval import wording
from sharing.approval.blueprint import FaultCode
from sharing.approval.document import render
from sharing.approval.relations import Relation
from sharing.approval.terms import (
    Decides,
    DenialCode,
    ItemStatus,
    Lane,
    NoteCode,
    RefusalCode,
)

DOCUMENT = Path(__file__).parents[3] / "docs" / "reference" / "approval.md"


def test_the_committed_document_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == render()


def test_every_code_has_a_meaning() -> None:
    """Each list is complete and in the order of its codes."""
    for codes, meanings in [
        (ItemStatus, wording.STATUSES),
        (Relation, wording.RELATIONS),
        (Decides, wording.DECIDES),
        (Lane, wording.LANES),
        (RefusalCode, wording.REFUSALS),
        (DenialCode, wording.DENIALS),
        (NoteCode, wording.NOTES),
        (FaultCode, wording.FAULTS),
    ]:
        assert list(meanings) == list(codes)


def test_it_says_what_the_law_says() -> None:
    text = render()
    assert "    home_review --> supplement: request_supplement\n" in text
    assert "### supplement\n\n| command | `applicant` |" in text
    assert "| `resubmit` | **yes** | not_the_applicant |" in text
    assert "| `consent_extension` | own_application | not_the_authority |" in text
    assert "| `reflux` | `provider` | `security` | yes |" in text
    assert "| `sysadmin` | – | – |" in text
    assert "incomplete" not in text
