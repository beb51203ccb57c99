"""Objections: handled, rated, limited by the region."""

from datetime import date

import pytest

from portal.errors import Invalid, NotVisible
from portal.worktime.models import DeadlineRule
from sharing import concerns
from sharing.actions.raising import raise_objection
from sharing.disputes.terms import Verb
from sharing.presenting.concerns import statistics
from tests.sharing.concerns.desk import (
    act,
    content,
    faults,
    objection,
    refused_item,
    sees,
    told,
)
from tests.world import World


def test_an_objection_is_handled_and_rated(world: World):
    concern = objection(world)
    assert (concern.limit_days, concern.due_on) == (None, None), "the law sets no limit"
    act(world, concern, "steward", Verb.ACCEPT)
    act(world, concern, "steward", Verb.UPHOLD)
    assert told(world, "county_clerk") == ["concern.upheld"]
    with pytest.raises(Invalid) as caught:
        act(world, concern, "county_clerk", Verb.RATE, score=6, solved=None)
    assert faults(caught) == {"score", "solved"}
    concern = act(world, concern, "county_clerk", Verb.RATE, score=4, solved=True)
    assert (concern.status, concern.score, concern.solved) == ("rated", 4, True)
    seen = concerns.concerns_visible_to(world.people["province_reviewer"], world.today)
    (row,) = statistics(seen)
    assert (row["handler__name"], row["objections"], row["average"], row["settled"]) == (
        world.departments["police"].name, 1, 4.0, 1,
    )  # fmt: skip


def test_the_type_of_an_objection_names_what_it_is_about(world: World):
    given = {"by": world.people["clerk"], "department": world.departments["subdistrict"],
             "now": world.now}  # fmt: skip
    item = refused_item(world)
    to_item = raise_objection(item_id=item.pk, content=content("2.2"), **given)
    assert to_item.handler == world.departments["police"]
    other = raise_objection(content=content("4"), **given)
    assert other.handler == world.departments["county_bureau"], "the authority of the region"
    assert sees(world, "county_reviewer", other)
    for refs, subject in [
        ({}, "1"), ({}, "2.1"), ({}, "3.1"), ({"item_id": item.pk}, "3.1"),
        ({"resource_id": world.resource.pk}, "4"),
    ]:  # fmt: skip
        with pytest.raises(Invalid):
            raise_objection(content=content(subject), **refs, **given)
    with pytest.raises(NotVisible):
        raise_objection(
            by=world.people["stranger"], department=world.departments["suzhou_civil"],
            item_id=item.pk, content=content("2.1"), now=world.now,
        )  # fmt: skip


def test_a_region_may_set_a_limit_for_objections(world: World):
    DeadlineRule.objects.create(
        rule="objection_handling", region=world.regions["jiangsu"], days=5,
        valid_from=date(2020, 1, 1),
    )  # fmt: skip
    assert objection(world).limit_days == 5
