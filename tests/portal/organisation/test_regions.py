"""Loading the divisions of the country."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal.ledger.models import Entry
from portal.organisation.actions import load_regions
from portal.organisation.divisions import divisions
from portal.organisation.models import Region

FACTS = [
    # code, name, level, superior
    ("000000", "全国", "nation", None),
    ("320000", "江苏省", "province", "000000"),
    ("320600", "南通市", "city", "320000"),
    ("320613", "崇川区", "county", "320600"),
    ("110101", "东城区", "county", "110000"),  # a municipality has no cities
    ("500234", "开州区", "county", "500000"),
    ("429004", "仙桃市", "county", "420000"),  # a county that no city governs
    ("441900", "东莞市", "city", "440000"),  # a city without counties
    ("370116", "莱芜区", "county", "370100"),
    ("710000", "台湾省", "province", "000000"),
    ("810000", "香港特别行政区", "province", "000000"),
]


def test_the_country_is_complete_and_well_formed():
    found = list(divisions())

    levels = [one.level for one in found]
    assert levels.count("nation") == 1
    assert levels.count("province") == 34
    assert levels.count("city") == 333
    assert 2840 < levels.count("county") < 2860
    codes = [one.code for one in found]
    assert len(set(codes)) == len(codes)
    assert all(one.code.isdigit() and len(one.code) == 6 for one in found)
    seen: set[str | None] = {None}
    for one in found:
        assert one.parent in seen
        seen.add(one.code)


@pytest.mark.parametrize(("code", "name", "level", "parent"), FACTS)
def test_known_divisions(code, name, level, parent):
    one = next((one for one in divisions() if one.name == name and one.code == code), None)
    if code == "500234":  # renamed and recoded in 2016
        one = next(one for one in divisions() if one.name == name)
        code = "500154"

    assert one is not None
    assert (one.code, one.level, one.parent) == (code, level, parent)


@pytest.mark.django_db
def test_loading_one_province_and_again():
    changed = load_regions(now=timezone.now(), provinces=["32"])

    assert Region.objects.count() == len(changed) == 1 + 1 + 13 + 95
    assert Region.objects.get(code="320613").sort_key == "chong chuan qu"
    assert Region.objects.get(code="320613").superior_codes() == ["320600", "320000", "000000"]
    assert load_regions(now=timezone.now(), provinces=["320000"]) == []
    assert Entry.objects.count() == 1


@pytest.mark.django_db
def test_a_changed_name_is_corrected_and_nothing_removed():
    load_regions(now=timezone.now(), provinces=["32"])
    Region.objects.filter(code="320613").update(name="港闸区")
    Region.objects.create(code="320611", name="港闸区", level="county", parent_id="320600")

    (changed,) = load_regions(now=timezone.now(), provinces=["32"])

    assert (changed.code, changed.name) == ("320613", "崇川区")
    assert Region.objects.filter(code="320611").exists()
    assert Entry.objects.latest("id").data == {"added": 0, "renamed": ["320613"]}


@pytest.mark.django_db
def test_the_whole_country_satisfies_the_database():
    load_regions(now=timezone.now())

    assert Region.objects.filter(level="county", parent__level="province").count() > 90


@pytest.mark.django_db
def test_the_command():
    out = StringIO()
    call_command("load_regions", "32", stdout=out)
    assert out.getvalue() == "110 added or renamed, 110 regions in all\n"

    with pytest.raises(CommandError, match="99"):
        call_command("load_regions", "32", "99")
