"""What is exported and brought in again changes nothing, whatever the texts."""

import io
from itertools import count

import pytest
from django.db import transaction
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import actions
from catalog.exchange import exporting
from catalog.models import DataType, Grade, OpenType, SharingType, UpdateCycle
from portal.ledger.models import Entry
from tests.catalog.exchange.files import checked, faults
from tests.world import World

NASTY = ["=1+1", "'=1+1", "''", "@x", "-1", "+7", "\t=x", "007", "1.50", '"', 'a "b" c', "a；b", "x,y;z", "a\nb",
         "第一行\r\n第二行", "_x000D_", "\x0b", "<&>", "2024-05-06", "45000", "TRUE", "null", "无", "#N/A", "😀𠮷", "\u2028", " x "]  # fmt: skip
texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40),
)
filled = texts.filter(lambda text: " ".join(text.split()) != "")
items = st.lists(
    st.fixed_dictionaries(
        {
            "name": filled.map(lambda text: text[:60]),
            "data_type": st.sampled_from(DataType.values),
            "length": st.none() | st.integers(1, 2_000_000),
            "meaning": texts,
            "code_set": texts,
            "grade": st.sampled_from(Grade.values),
            "personal": st.booleans(),
            "sharing_type": st.sampled_from(["", *SharingType.values]),
            "required": st.booleans(),
        }
    ),
    max_size=3,
)
contents = st.fixed_dictionaries(
    {
        "abstract": texts | st.just("很长的摘要，" * 600),
        "title_en": texts,
        "keywords": st.lists(filled, max_size=3),
        "format_types": st.lists(filled.map(lambda text: text[:20]), max_size=2),
        "update_cycle": st.sampled_from(["", *UpdateCycle.values]),
        "sharing_type": st.sampled_from(["", *SharingType.values]),
        "sharing_condition": texts,
        "sharing_modes": st.lists(st.sampled_from(["file", "table", "api"]), unique=True),
        "open_type": st.sampled_from(OpenType.values),
        "grade": st.sampled_from(Grade.values),
        "splittable": st.booleans(),
        "storage_gb": st.decimals(0, 10**9, places=2, allow_nan=False),
        "record_count": st.integers(0, 10**12),
        "linked_codes": st.lists(st.just("307320001/2"), max_size=1),
        "classification": st.none() | st.just("307001"),
        "source_published_on": st.none() | st.dates(),
    }
)


def exported(world: World, kind: str, language: str = "zh-hans") -> bytes:
    target = io.BytesIO()
    steward = world.people["steward"]
    with translation.override(language):
        rows = exporting.found(steward, world.today)
        exporting.WRITERS[kind](exporting.entries(rows, steward, world.today), target)
    return target.getvalue()


def own(intake) -> dict[str, int]:
    return {name: intake.counts.get(name, 0) for name in ("new", "changed", "unchanged", "faulty")}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("kind", "name"), [("xlsx", "x.xlsx"), ("csv", "x.zip"), ("jsonl", "x.jsonl")])  # fmt: skip
def test_what_was_exported_comes_in_without_a_change(world: World, kind, name, language):
    draft = actions.revise(by=None, resource=world.address, now=timezone.now())
    actions.save_draft(by=None, version=draft, content={"abstract": "=新\n"}, now=timezone.now())
    before = Entry.objects.count()
    intake = checked(world, exported(world, kind, language), name)
    assert faults(intake) == []
    assert own(intake) == {"new": 0, "changed": 0, "unchanged": 2, "faulty": 0}
    assert Entry.objects.count() == before


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(entries=st.lists(st.tuples(contents, items), min_size=4, max_size=8))
def test_any_entries_come_in_without_a_change(world: World, entries):
    numbers = count()
    with transaction.atomic():
        for content, rows in entries:
            keyed = [{**row, "key": f"k{number}"} for number, row in enumerate(rows)]
            title = f"=条目{next(numbers)}"
            actions.create_draft(
                by=None, provider=world.departments["police"], content={**content, "title": title},
                items=keyed, now=timezone.now(),
            )  # fmt: skip
        for kind, name in (("xlsx", "x.xlsx"), ("csv", "x.zip"), ("jsonl", "x.jsonl")):
            intake = checked(world, exported(world, kind), name)
            assert faults(intake) == [], kind
            expected = {"new": 0, "changed": 0, "unchanged": len(entries) + 2, "faulty": 0}
            assert own(intake) == expected, kind
        transaction.set_rollback(True)
