"""What is said before sending: usual days from history, and cautions, each with its remedy."""

from datetime import timedelta

import pytest

from catalog.models import Visibility
from sharing import actions
from sharing.approval.commands import Refuse
from sharing.approval.terms import RefusalCode
from sharing.cautions import Caution, CautionCode, cautions_of, likeness
from sharing.models import ApplicationItem, ItemStage
from sharing.presenting.cautions import said
from sharing.protection.aggregation import AggregationCode, FieldFacts, Holding, judge
from sharing.usual_days import Usual, usual_days
from tests.sharing.basket.conftest import Basket
from tests.world import SIGNERS, World, draft_application, granted, sign, submitted_item

ID = FieldFacts("id_number", "公民身份号码", 3, personal=True)
NAME = FieldFacts("name", "姓名", 3, personal=True)
PHONE = FieldFacts("phone", "联系电话手机", 3, personal=True)


def facts(count: int, start: int = 0, grade: int = 3) -> tuple[FieldFacts, ...]:
    return tuple(
        FieldFacts(f"f{number}", f"项目{number}", grade, personal=True)
        for number in range(start, start + count)
    )


# --- R34, the rule itself --------------------------------------------------------------------
def test_a_key_on_both_sides_and_a_name_on_one_re_identifies():
    asked = Holding("calls", (PHONE, *facts(1)))
    held = Holding("people", (PHONE, NAME))
    assert [one.code for one in judge(asked, [held])] == [AggregationCode.REIDENTIFIES]
    assert judge(asked, [held])[0].keys == ("联系电话手机",)
    assert judge(asked, [Holding("people", (NAME,))]) == []  # no key in common
    assert judge(asked, [Holding("calls too", (PHONE,))]) == []  # nobody is named


@pytest.mark.parametrize(
    ("entries", "each", "grade", "raised"),
    [(3, 3, 3, True), (2, 8, 3, False), (3, 2, 3, False), (3, 3, 2, False), (3, 3, 4, False)],
)
def test_a_profile_out_of_several_entries_counts_one_grade_higher(entries, each, grade, raised):
    made = [
        Holding(str(number), (ID, *facts(each, number * 100, grade))) for number in range(entries)
    ]
    found = [one for one in judge(made[0], made[1:]) if one.code is AggregationCode.RAISES_GRADE]
    assert bool(found) is raised
    if raised:
        assert found[0].grade == 4


# --- cautions of a basket ----------------------------------------------------------------------
def codes(world: World, application) -> dict[str, set[str]]:
    items = list(application.items.select_related("version", "resource"))
    found = cautions_of(application, items)
    return {item.version.title: {one.code.value for one in found[item.pk]} for item in items}


def test_fields_beyond_the_matter(basket: Basket, matter):
    actions.save_draft(
        by=basket.world.people["clerk"], application_id=basket.application.pk,
        item_id=basket.police.pk, fields=["id_number", "income"], content={}, now=basket.world.now,
    )  # fmt: skip
    assert CautionCode.BEYOND_NEED in codes(basket.world, basket.application)["常住人口基本信息"]
    assert (
        CautionCode.BEYOND_NEED not in codes(basket.world, basket.application)["居民婚姻登记信息"]
    )


def test_personal_data_needs_a_law(world: World):
    for basis, wanted in (
        ("领导要求", True),
        ("《社会救助暂行办法》", False),
        ("办法第十三条", False),
    ):
        found = codes(world, draft_application(world, use_basis=basis))["常住人口基本信息"]
        assert (CautionCode.PERSONAL_WITHOUT_BASIS in found) is wanted, basis


def test_granted_already_and_a_grade_never_had_before(world: World):
    granted(world)
    draft = draft_application(world)
    assert CautionCode.GRANTED_ALREADY in codes(world, draft)["常住人口基本信息"]
    assert CautionCode.HIGHER_GRADE not in codes(world, draft)["常住人口基本信息"]
    low = draft_application(world, fields=["region_code"])
    assert CautionCode.HIGHER_GRADE not in codes(world, low)["常住人口基本信息"]


def test_a_higher_grade_than_all_grants(world: World):
    item = submitted_item(world, fields=["region_code"])
    for person in SIGNERS:
        sign(world, item, person)
    found = cautions_of(draft := draft_application(world, fields=["name"]), list(draft.items.all()))
    higher = [one for one in next(iter(found.values())) if one.code is CautionCode.HIGHER_GRADE]
    assert higher[0].names == ("姓名",)
    assert higher[0].params == {"grade": 3, "usual": 1}


def test_the_same_purpose_refused_is_said_with_its_reason(world: World):
    item = submitted_item(world)
    for person in SIGNERS[:4]:
        sign(world, item, person)
    item.refresh_from_db()
    actions.execute(
        by=world.people["steward"], item_id=item.pk, now=world.now,
        command=Refuse(seen=item.event_count, code=RefusalCode.BEYOND_DUTY, text="超出职责"),
    )  # fmt: skip
    again = draft_application(world)
    assert CautionCode.REFUSED_BEFORE in codes(world, again)["常住人口基本信息"]
    other = draft_application(world, use_scenario="街道防汛值班联络")
    assert CautionCode.REFUSED_BEFORE not in codes(world, other)["常住人口基本信息"]
    found = cautions_of(again, list(again.items.select_related("version")))
    told = said(next(iter(found.values())), world.people["clerk"], world.today, own=True)
    link = next(one.url for one in told if one.code == "refused_before")
    assert link == f"/applications/{item.application_id}/?item={item.pk}"
    hidden = said(next(iter(found.values())), world.people["steward"], world.today, own=False)
    assert not any(one.url for one in hidden)
    assert likeness("低保家庭人口核对", "低保家庭的人口核对！") > 0.5


def test_cautions_are_kept_and_shown_to_signers_without_hidden_titles(basket: Basket, enter):
    world = basket.world
    actions.save_draft(
        by=world.people["clerk"], application_id=basket.application.pk, item_id=basket.police.pk,
        fields=["id_number", "birth_date"], content={}, now=world.now,
    )  # fmt: skip
    actions.save_draft(
        by=world.people["clerk"], application_id=basket.application.pk, content={"use_basis": "要求"},
        now=world.now,
    )  # fmt: skip
    actions.submit_basket(
        by=world.people["clerk"], application_id=basket.application.pk, now=world.now
    )
    kept = {one["code"] for one in basket.police.warnings}
    assert "personal_without_basis" in kept
    page = enter("office_head").get(f"/inbox/{basket.police.pk}/").text
    assert "Personal information without a stated legal basis" in page
    caution = Caution(CautionCode.REIDENTIFIES, ("电话",), (str(basket.marriage.pk),))
    basket.marriage.visibility = Visibility.LIMITED
    basket.marriage.save(update_fields=["visibility"])
    from catalog.search import reindex

    reindex([basket.marriage])
    told = said([caution], world.people["steward"], world.today, own=False)[0]
    assert "居民婚姻登记信息" not in told.text
    assert "1" in told.text


# --- history -------------------------------------------------------------------------------------
def test_usual_days_are_median_and_four_in_five(world: World):
    item = submitted_item(world)
    stage = item.stages.get(position=1)
    place = (stage.office_id, stage.role)
    assert usual_days([place], world.now) == {}
    from django.utils import timezone

    from portal.worktime.access import calendar

    decided = world.now
    for number, days in enumerate((1, 2, 3, 4, 9), start=1):
        opened, day = decided, timezone.localdate(decided)
        while calendar().working_days_between(timezone.localdate(opened), day) < days:
            opened -= timedelta(days=1)
        ItemStage.objects.create(
            item=item, position=100 + number, side="home", office_id=stage.office_id,
            role=stage.role, kind="sign", status="signed", opened_at=opened, decided_at=decided,
        )  # fmt: skip
    assert usual_days([place, (0, "clerk")], world.now) == {place: Usual(3, 4, 5)}
    assert ItemStage.objects.filter(item=item, position=1).exists()
    assert ApplicationItem.objects.get(pk=item.pk).status == "home_review"
