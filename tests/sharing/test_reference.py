"""Reference pages say what the code does."""

from sharing.management.reference import pages, pulls, stale, transitions
from sharing.models import Pull


def test_pages_are_up_to_date():
    assert stale() == [], "run `manage.py write_reference`"
    assert {path.name for path in pages()} == {
        "approval.md",
        "chain-policy.schema.json",
        "demands.md",
        "disputes.md",
        "grants.md",
        "invariants.md",
        "oversight.md",
        "pulls.md",
        "reviews.md",
    }


def test_every_status_is_in_the_diagram():
    reached = {after for _, _, after in transitions()} | {"queued"}
    assert reached == set(Pull.Status.values)
    assert not any(before in Pull.ENDED for before, _, _ in transitions())


def test_page_has_no_empty_places():
    assert "{" not in pulls()
