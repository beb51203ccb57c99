"""Wrong input, late clicks and pages out of date: a clear message, nothing lost, nothing changed."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from portal.organisation.models import Role
from sharing import grants
from sharing.models import Application, ApplicationItem, Delivery, Grant, ItemEvent, Pull
from tests.sharing.pages.conftest import Enter
from tests.sharing.test_actions import new_version
from tests.world import (
    FIELDS,
    SIGNERS,
    World,
    draft_application,
    granted,
    hire,
    sign,
    submitted_item,
)

COMMENT = "核对了附件，同意给出前三项"
AGREED = {"agree": "on"}


def events(item: ApplicationItem) -> list[str]:
    return list(ItemEvent.objects.filter(item=item).order_by("pk").values_list("kind", flat=True))


def review(client: Client, item: ApplicationItem, decision: str, **data: object) -> HttpResponse:
    """Send the form of the review page; ``seen`` is up to date unless given."""
    seen = ApplicationItem.objects.get(pk=item.pk).event_count
    content = {"seen": seen, "decision": decision, "keep": item.fields, **data}
    return client.post(reverse("sharing:review", args=[item.pk]), content)


# --- before sending ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            "en",
            [
                "The legal basis of use is missing. Name the law",
                "The use scenario is missing. Describe the business",
                "The scope of use is missing. Say who uses",
                "The beginning of use is missing. Enter a date.",
                "The end of use is missing. Enter a date.",
                "No data item is chosen. Choose the data items you need.",
            ],
        ),
        ("zh-hans", ["有 6 处需要改正", "缺少使用依据", "没有选择数据项。 请选择需要的数据项。"]),
    ],
)
def test_everything_missing_is_said_at_once(
    world: World, enter: Enter, language: str, texts: list[str]
):
    empty = dict.fromkeys(("use_basis", "use_scenario", "use_scope"), "")
    draft = draft_application(world, fields=[], **empty, starts_on=None, ends_on=None)
    clerk = enter("clerk", language)
    path = reverse("sharing:application_check", args=[draft.pk])
    for answer in (clerk.get(path), clerk.post(path, AGREED)):
        summary = _summary(answer)
        for text in texts:
            assert text in summary, text
        assert summary.count("<li>") == 6
        for anchor in ("use_basis", "use_scenario", "use_scope", "fields", "starts_on", "ends_on"):
            assert f'href="#id_{anchor}"' in summary
            assert f'id="id_{anchor}"' in answer.text
    assert answer.status_code == 422
    draft.refresh_from_db()
    assert draft.submitted_at is None


def _summary(answer: HttpResponse) -> str:
    """The list of faults, tags of links left out."""
    text = answer.text
    start = text.index('class="error-summary"')
    return text[start : text.index("</div>", start)].replace("</a>", "")


def test_reversed_period_stays_on_the_form(world: World, enter: Enter):
    draft = draft_application(world)
    path = reverse("sharing:use", args=[draft.pk])
    data = {
        "row_region": world.regions["nantong"].code,
        "mode": "file",
        "starts_on": "2027-03-04",
        "ends_on": "2027-01-02",
    }
    answer = enter("clerk").post(path, data)
    assert answer.status_code == 422
    assert "The period of use ends before it begins." in answer.text
    assert 'value="2027-03-04"' in answer.text
    assert 'value="2027-01-02"' in answer.text
    draft.refresh_from_db()
    assert draft.ends_on == world.today + timedelta(days=365)
    assert draft.items.get().row_region_id == world.regions["hongqiao"].code


def test_every_wrong_field_is_named_and_what_was_typed_stays(world: World, enter: Enter):
    draft = draft_application(world)
    long = "长" * 2001
    data = {"use_basis": long, "use_scenario": long, "use_scope": "街道内部使用"}
    answer = enter("clerk").post(reverse("sharing:purpose", args=[draft.pk]), data)
    assert answer.status_code == 422
    assert _summary(answer).count("<li>") == 2
    assert long in answer.text
    assert "街道内部使用" in answer.text
    draft.refresh_from_db()
    assert draft.use_scope == world.application()["use_scope"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [([], "No data item is chosen."), (["name", "salary"], "no data item called salary")],
)
def test_wrong_data_items(world: World, enter: Enter, fields: list[str], message: str):
    draft = draft_application(world)
    answer = enter("clerk").post(reverse("sharing:items", args=[draft.pk]), {"fields": fields})
    assert answer.status_code == 422
    assert message in answer.text
    assert draft.items.get().fields == FIELDS


def test_declaration_must_be_confirmed(world: World, enter: Enter):
    draft = draft_application(world)
    answer = enter("clerk").post(reverse("sharing:application_check", args=[draft.pk]))
    assert answer.status_code == 422
    assert "Confirm the declaration" in _summary(answer)
    assert Application.objects.get().submitted_at is None


def test_second_click_sends_nothing_again(world: World, enter: Enter):
    draft = draft_application(world)
    clerk = enter("clerk")
    path = reverse("sharing:application_check", args=[draft.pk])
    assert clerk.post(path, AGREED).url == reverse("sharing:submitted", args=[draft.pk])
    second = clerk.post(path, AGREED, follow=True)
    assert second.redirect_chain == [(reverse("sharing:application", args=[draft.pk]), 302)]
    assert "The application was already submitted." in second.text
    assert events(draft.items.get()).count("submitted") == 1


def test_colleague_reads_a_draft_and_is_told_who_may_send_it(world: World, enter: Enter):
    draft = draft_application(world)
    colleague = enter("colleague")
    for name in ("tasks", "purpose", "items", "use", "application_check"):
        page = colleague.get(reverse(f"sharing:{name}", args=[draft.pk])).text
        assert "Only the applicant" in page, name
        assert 'aria-disabled="true"' in page, name
    answer = colleague.post(reverse("sharing:application_check", args=[draft.pk]), AGREED)
    assert answer.status_code == 409
    assert Application.objects.get().submitted_at is None


# --- deciding ------------------------------------------------------------------------------------
def test_stale_page_is_refused_keeps_the_text_and_can_be_sent_again(world: World, enter: Enter):
    item = submitted_item(world)
    head = enter("office_head")
    stale = review(head, item, "sign", seen=0, comment=COMMENT, keep=FIELDS[:3])
    assert stale.status_code == 422
    assert "Somebody has changed the application since you opened it." in _summary(stale)
    assert COMMENT in stale.text
    assert stale.context["kept"] == set(FIELDS[:3])
    assert events(item) == ["submitted", "stage_opened"]
    seen = stale.context["form"]["seen"].value()
    assert review(head, item, "sign", seen=seen, comment=COMMENT).status_code == 302


def test_second_of_two_signers_learns_what_the_first_did(world: World, enter: Enter):
    hire(world, "second_head", "subdistrict", Role.SHARING_OFFICE_HEAD, "顾芳")
    item = submitted_item(world)
    seen = ApplicationItem.objects.get(pk=item.pk).event_count
    sign(world, item, "office_head")
    before = events(item)
    answer = review(enter("second_head"), item, "sign", seen=seen, comment=COMMENT)
    assert answer.status_code == 422
    assert "Somebody has changed the application since you opened it." in answer.text
    assert "王建国" in answer.text, "who was quicker"
    assert COMMENT in answer.text
    assert events(item) == before


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        ("clerk", "Nobody decides their own application."),
        ("colleague", "You do not hold the post that decides this step."),
        ("office_head", "You have already signed"),
    ],
)
def test_who_may_not_decide_is_told_why(world: World, enter: Enter, person: str, reason: str):
    item = submitted_item(world)
    sign(world, item, "office_head")
    before = events(item)
    client = enter(person)
    page = client.get(reverse("sharing:review", args=[item.pk])).text
    assert "Confirm the decision" not in page
    answer = review(client, item, "sign", comment=COMMENT)
    assert answer.status_code == 422
    assert COMMENT in answer.text
    if person != "office_head":
        assert reason in page
        assert reason in _summary(answer)
    assert events(item) == before


@pytest.mark.parametrize(
    ("data", "missing"),
    [
        ({}, ["Choose the reason of the refusal.", "Explain the refusal"]),
        ({"code": "law_forbids", "text": "不宜"}, ["Cite the law that forbids it"]),
        ({"code": "law_forbids", "citation": "x"}, ["Explain the refusal"]),
    ],
)
def test_refusal_needs_reason_text_and_citation(
    world: World, enter: Enter, data: dict[str, str], missing: list[str]
):
    item = submitted_item(world)
    answer = review(enter("office_head"), item, "refuse", **data)
    assert answer.status_code == 422
    summary = _summary(answer)
    assert [text in summary for text in missing] == [True] * len(missing)
    assert summary.count("<li>") == len(missing)
    assert data.get("text", "") in answer.text
    assert events(item) == ["submitted", "stage_opened"]


def test_supplement_lists_gaps_and_is_asked_once(world: World, enter: Enter):
    item = submitted_item(world)
    head, clerk = enter("office_head"), enter("clerk")
    assert review(head, item, "request_supplement").status_code == 422
    gaps = {"gap_use_basis": "请附文件", "gap_use_scope": "请写明人员"}
    asked = review(head, item, "request_supplement", **gaps)
    assert asked.status_code == 302, _summary(asked)
    waiting = head.get(reverse("sharing:review", args=[item.pk])).text
    assert "The application waits for the applicant&#x27;s supplement." in waiting
    path = reverse("sharing:supplement", args=[item.application_id])
    page = clerk.get(path).text
    assert "请附文件" in page
    assert "请写明人员" in page
    same = clerk.get(path).context["form"].initial
    empty = clerk.post(path, {**same, "explanation": ""})
    assert empty.status_code == 422
    assert "Nothing was changed and nothing was explained." in empty.text
    answer = clerk.post(path, {**same, "explanation": "文件已附"})
    assert answer.status_code == 302
    again = clerk.post(path, {**same, "explanation": "再次说明一下"})
    assert again.status_code == 422
    assert "再次说明一下" in again.text
    assert events(item).count("resubmitted") == 1
    assert "the law allows one notice" in head.get(reverse("sharing:review", args=[item.pk])).text
    twice = review(head, item, "request_supplement", gap_other="还有一处")
    assert twice.status_code == 422
    assert "the law allows one notice" in _summary(twice)
    assert "还有一处" in twice.text
    assert events(item).count("supplement_requested") == 1


def test_supplement_may_change_what_is_asked_for(world: World, enter: Enter):
    item = submitted_item(world)
    asked = review(enter("office_head"), item, "request_supplement", gap_fields="去掉出生日期")
    assert asked.status_code == 302
    path = reverse("sharing:supplement", args=[item.application_id])
    clerk = enter("clerk")
    form = clerk.get(path).context["form"].initial
    reversed_period = {"fields_asked": ["name"], "starts_on": "2028-02-01", "ends_on": "2028-01-01"}
    wrong = clerk.post(path, {**form, **reversed_period})
    assert wrong.status_code == 422
    assert "The period of use ends before it begins." in _summary(wrong)
    assert wrong.context["form"]["fields_asked"].value() == ["name"]
    assert clerk.post(path, {**form, "fields_asked": ["name", "region_code"]}).status_code == 302
    item.refresh_from_db()
    assert item.fields == ["name", "region_code"]
    assert events(item).count("resubmitted") == 1


def test_nothing_left_to_give_is_no_signature(world: World, enter: Enter):
    item = submitted_item(world)
    answer = review(enter("office_head"), item, "sign", keep=[], comment=COMMENT)
    assert answer.status_code == 422
    assert "No data item is left." in _summary(answer)
    assert answer.context["kept"] == set()
    assert COMMENT in answer.text


def test_withdrawal_needs_a_reason_and_a_present_page(world: World, enter: Enter):
    item = submitted_item(world)
    clerk, path = enter("clerk"), reverse("sharing:application", args=[item.application_id])
    assert clerk.post(path, {"seen": item.event_count, "reason": " "}).status_code == 422
    stale = clerk.post(path, {"seen": 0, "reason": "已通过其他途径取得"})
    assert stale.status_code == 422
    assert "Somebody has changed the application" in _summary(stale)
    assert "已通过其他途径取得" in stale.text
    item.refresh_from_db()
    assert item.status == "home_review"


# --- what was granted ----------------------------------------------------------------------------
def test_withdrawn_items_are_named_before_and_after_consent(attached: World, enter: Enter):
    grant = granted(attached)
    second = _retitled_application(attached)
    new_version(attached, drop="birth_date")
    page = enter("clerk").get(reverse("sharing:grant", args=[grant.pk])).text
    assert "The entry no longer offers: birth_date." in page
    answer = enter("clerk").post(reverse("sharing:pull", args=[grant.pk]))
    assert answer.status_code == 409
    assert "The entry no longer offers: birth_date." in answer.text
    assert "Apply for the data items that the entry offers now." in answer.text
    assert not Pull.objects.exists()
    decision = review(enter("county_office"), second, "sign", comment=COMMENT)
    assert decision.status_code == 422
    assert "The entry no longer offers: birth_date." in _summary(decision)
    assert COMMENT in decision.text


def _retitled_application(world: World) -> ApplicationItem:
    """An open application of another department for the same entry."""
    from sharing import actions

    draft = actions.draft(
        by=world.people["county_clerk"],
        department=world.departments["county_civil"],
        resource=world.resource,
        fields=FIELDS,
        content=world.application(row_region=world.regions["chongchuan"].code),
        now=world.now,
    )
    actions.submit_application(by=draft.applicant, application_id=draft.pk, seen=0, now=world.now)
    return ApplicationItem.objects.get(application=draft)


def test_suspending_needs_a_reason_and_stops_everything(
    delivery: Delivery, world: World, enter: Enter
):
    grant = delivery.grant
    steward, clerk = enter("steward"), enter("clerk")
    path = reverse("sharing:grant_command", args=[grant.pk, "suspend"])
    missing = steward.post(path, {"reason": ""})
    assert missing.status_code == 422
    assert all(f"id_{name}" in _summary(missing) for name in ("reason", "facts", "rectify_by"))
    assert Grant.objects.get().status == "active"
    assert clerk.post(path, {"reason": "不再需要"}).status_code == 403
    entered = {"reason": "超范围使用", "facts": "日志显示", "rectify_by": "2099-01-01"}
    assert steward.post(path, entered).status_code == 302
    assert steward.post(path, entered).status_code == 409
    page = clerk.get(reverse("sharing:grant", args=[grant.pk])).text
    assert "超范围使用" in page
    assert 'aria-disabled="true"' in page
    for name, key in [("pull", grant.pk), ("link", delivery.files.first().pk)]:
        answer = clerk.post(reverse(f"sharing:{name}", args=[key]), follow=True)
        assert answer.status_code == 409, name
    assert Pull.objects.count() == 1
    hidden = clerk.get(reverse("sharing:delivery", args=[delivery.pk])).text
    assert reverse("sharing:link", args=[delivery.files.first().pk]) not in hidden


def test_second_pull_waits_for_the_first(attached: World, enter: Enter):
    grant = granted(attached)
    clerk, path = enter("clerk"), reverse("sharing:pull", args=[grant.pk])
    assert clerk.post(path).status_code == 302
    second = clerk.post(path)
    assert second.status_code == 409
    assert "A pull of this grant is already under way." in second.text
    assert Pull.objects.count() == 1


def test_ended_grants_cannot_be_changed(attached: World, enter: Enter):
    grant = granted(attached)
    clerk = attached.people["clerk"]
    grants.terminate(by=clerk, grant_id=grant.pk, reason="用途已结束", now=attached.now)
    client = enter("steward")
    page = client.get(reverse("sharing:grant", args=[grant.pk])).text
    for name in ("suspend", "restore", "terminate"):
        path = reverse("sharing:grant_command", args=[grant.pk, name])
        assert path not in page
        entered = {"reason": "再试一次", "facts": "x", "rectify_by": "2099-01-01"}
        answer = client.post(path, entered)
        assert answer.status_code == 409
        assert "The grant is over." in answer.text
    assert Grant.objects.get().status == "terminated"


def test_every_signer_reaches_the_same_page(world: World, enter: Enter):
    """The whole chain over the pages alone."""
    item = submitted_item(world)
    for person in SIGNERS:
        client = enter(person)
        assert "Confirm the decision" in client.get(reverse("sharing:review", args=[item.pk])).text
        assert review(client, item, "sign").url == reverse("sharing:inbox")
    item.refresh_from_db()
    assert item.status == "consented"
