"""Code rules by region: which holds, who sets it, which codes do not follow it (R02)."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from catalog import actions
from catalog.actions.publishing import make_live
from catalog.models import Classification, CodeSeries, Resource
from catalog.numbering import next_code, nonconforming, rule_for
from portal.errors import Forbidden, Invalid
from portal.ledger.models import Entry
from tests.catalog.conftest import reads_english
from tests.world import World, publish_entry

ITEMS = [("name", "姓名", "C", 60, 3, True, "", "", True)]


def set_rule(world: World, region: str, rule: str = "provincial-6-6", by: str | None = None):
    return actions.save_code_rule(
        by=world.people[by] if by else None, region=world.regions[region], rule=rule, now=world.now
    )


def test_the_nearest_region_with_a_rule_decides(world: World, settings):
    assert rule_for(world.regions["chongchuan"]).name == settings.RESOURCE_CODE_RULE
    set_rule(world, "jiangsu")
    set_rule(world, "nantong", "guide-2017")
    rules = {key: rule_for(world.regions[key]).name for key in world.regions if key != "nation"}
    assert rules == {
        "jiangsu": "provincial-6-6", "suzhou": "provincial-6-6", "nantong": "guide-2017",
        "chongchuan": "guide-2017", "hongqiao": "guide-2017",
    }  # fmt: skip


def test_a_new_code_follows_the_rule_and_passes_over_codes_from_elsewhere(world: World):
    set_rule(world, "jiangsu")
    Resource.objects.filter(pk=world.address.pk).update(code="307001/320000000001")
    draft = actions.create_draft(
        by=None, provider=world.departments["police"], items=[], now=world.now,
        content={"title": "新条目", "classification": Classification.objects.get(code="307001")},
    )  # fmt: skip
    assert make_live(draft, by=None, now=world.now).resource.code == "307001/320000000002"
    assert CodeSeries.objects.get(series__startswith="provincial").last == 2
    assert next_code(draft) == "307001/320000000003"


def test_only_the_authority_of_the_region_or_above_sets_its_rule(world: World):
    set_rule(world, "chongchuan", by="city_reviewer")
    set_rule(world, "nantong", by="city_authority")
    assert Entry.objects.filter(kind="code_rule.added").count() == 2
    for region, person in (("jiangsu", "city_authority"), ("suzhou", "city_reviewer"),
                           ("jiangsu", "steward"), ("jiangsu", "sysadmin")):  # fmt: skip
        with pytest.raises(Forbidden):
            set_rule(world, region, by=person)
        with pytest.raises(Forbidden):
            actions.remove_code_rule(
                by=world.people[person], region=world.regions[region], now=world.now
            )
    with pytest.raises(Invalid, match="no code rule"):
        set_rule(world, "nantong", "gb-0", by="city_authority")
    actions.remove_code_rule(
        by=world.people["city_reviewer"], region=world.regions["nantong"], now=world.now
    )
    assert rule_for(world.regions["nantong"]).name == "guide-2017"


def test_legacy_codes_are_listed_by_command_and_page(world: World):
    suzhou = publish_entry(
        world, "低保名册", ITEMS, sharing_type="conditional", provider="suzhou_civil"
    )
    out = StringIO()
    call_command("lint_codes", stdout=out)
    assert "in order" in out.getvalue()
    set_rule(world, "suzhou")
    assert list(nonconforming(Resource.objects.all())) == [suzhou]
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("lint_codes", "--json", stdout=out)
    line = json.loads(out.getvalue())
    assert (line["code"], line["rule"]) == (suzhou.code, "provincial-6-6")
    shown = {}
    for key in ("province_reviewer", "city_reviewer", "steward", "stranger"):
        client = Client()
        client.force_login(reads_english(world.people[key]))
        shown[key] = suzhou.code in client.get(reverse("catalog:codes")).content.decode()
    assert shown == {
        "province_reviewer": True, "city_reviewer": False, "steward": False, "stranger": False,
    }  # fmt: skip


def test_the_administration_sets_a_rule_by_the_action(world: World):
    client = Client()
    client.force_login(reads_english(world.people["city_authority"]))
    url = reverse("admin:catalog_regioncoderule_add")
    refused = client.post(url, {"region": "320000", "rule": "provincial-6-6", "note": ""})
    assert "Only the authority of the region" in refused.content.decode()
    answer = client.post(url, {"region": "320600", "rule": "provincial-6-6", "note": "DB37"})
    assert answer.status_code == 302
    assert rule_for(world.regions["chongchuan"]).name == "provincial-6-6"
    assert Entry.objects.get(kind="code_rule.added").actor == world.people["city_authority"]
    gone = client.post(
        reverse("admin:catalog_regioncoderule_delete", args=["320600"]), {"post": "yes"}
    )
    assert gone.status_code == 302
    assert Entry.objects.filter(kind="code_rule.removed").exists()
