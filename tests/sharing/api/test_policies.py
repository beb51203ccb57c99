"""Chain policies, consent rules and emergencies over REST."""

from datetime import timedelta
from uuid import uuid4

import pytest

from catalog.models import ServiceItem
from portal.organisation.models import Department
from sharing import simulating
from sharing.actions import policies
from sharing.models import ChainPolicy, ConsentRule, EmergencyAccess, Grant
from sharing.models import PolicySimulation as Run
from tests.sharing.policies.conftest import emergencies_allowed, in_force  # noqa: F401 - fixtures
from tests.sharing.policies.test_autonomy import matter  # noqa: F401 - fixture
from tests.world import SIGNERS, World, draft_application, sign, submitted_item

V1 = "/api/v1"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def drafted(world: World) -> ChainPolicy:
    """A draft that leaves the relaying authorities out."""
    by = world.people["secadmin"]
    policy = policies.draft_version(by=by, name="default", now=world.now)
    rules = policy.definition | {"relay": "skip"}
    return policies.change_draft(by=by, policy=policy, definition=rules, note="", now=world.now)


# --- policies ------------------------------------------------------------------------------


def test_everybody_reads_every_version(call, world: World, in_force):  # noqa: F811
    second = in_force(relay="skip")
    rows = call("clerk", "GET", f"{V1}/policies/?name=default").json()["results"]
    assert [(row["version"], row["in_force"]) for row in rows] == [(2, True), (1, False)]
    assert rows[0]["confirmed_by"]["name"] == "钱学军"
    one = call("clerk", "GET", f"{V1}/policies/{second.pk}/").json()
    assert one["definition"]["relay"] == "skip"
    assert (one["faults"], one["used"], one["may_simulate"]) == ([], 0, False)
    assert call("province_authority", "GET", f"{V1}/policies/{second.pk}/").json()["may_simulate"]
    assert call("clerk", "GET", f"{V1}/policies/?name=zz").json()["results"] == []
    assert call("clerk", "GET", f"{V1}/policies/999999/").status_code == 404
    assert call("", "GET", f"{V1}/policies/").status_code == 401


def test_trying_one_out(call, world: World, drafted):
    item = submitted_item(world)
    for person in SIGNERS:
        sign(world, item, person)
    path, key = f"{V1}/policies/{drafted.pk}/simulations/", {"Idempotency-Key": str(uuid4())}
    asked = call("province_authority", "POST", path, {}, **key)
    assert (asked.status_code, asked.json()["status"]) == (202, "queued"), asked.content
    assert call("province_authority", "POST", path, {}, **key).json() == asked.json()
    simulating.work(asked.json()["id"])
    run = f"{V1}/simulations/{asked.json()['id']}/"
    done = call("province_reviewer", "GET", run).json()
    assert (done["status"], done["summary"]["stages"]) == ("done", {"before": 6.0, "after": 4.0})
    (case,) = call("province_reviewer", "GET", f"{run}cases/?show=all").json()["results"]
    assert (case["item"], case["stages_after"]) == (str(item.pk), 4)
    (unseen,) = call("secadmin", "GET", f"{run}cases/").json()["results"]
    assert unseen["item"] is None, "who may not open it gets no address"
    assert unseen["number"] == item.application.number
    assert call("secadmin", "GET", f"{run}cases/?show=without").json()["results"] == []
    assert call("province_authority", "GET", f"{run}cases/?show=zz").status_code == 422
    assert len(call("secadmin", "GET", path).json()["results"]) == 1


def test_who_tries_nothing_out(call, world: World, drafted):
    path = f"{V1}/policies/{drafted.pk}/simulations/"
    refused = call("clerk", "POST", path, {}, **ENGLISH)
    assert refused.status_code == 403
    assert refused.json()["type"].endswith(":not_authority")
    assert refused.json()["title"] == "Ask one of them."
    assert call("clerk", "GET", path).status_code == 404
    read = call("province_authority", "POST", path, {}, scopes=["read"])
    assert read.status_code == 403
    run = simulating.ask(by=world.people["secadmin"], policy=drafted, now=world.now)
    for part in ("", "cases/"):
        assert call("clerk", "GET", f"{V1}/simulations/{run.pk}/{part}").status_code == 404
        answer = call("province_authority", "GET", f"{V1}/simulations/{uuid4()}/{part}")
        assert answer.status_code == 404


def test_rules_that_nobody_can_use_are_not_tried_out(call, world: World, drafted):
    ChainPolicy.objects.filter(pk=drafted.pk).update(definition={"relay": "nonsense"})
    answer = call("province_authority", "POST", f"{V1}/policies/{drafted.pk}/simulations/", {})
    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert not Run.objects.exists()


# --- consent beforehand --------------------------------------------------------------------


def rule_body(world: World, named: ServiceItem, **changes: object) -> dict[str, object]:
    usual: dict[str, object] = {
        "department": world.departments["police"].pk, "name": "低保核对", "kind": "matter",
        "entry": str(world.resource.pk), "matter": str(named.pk), "max_grade": 3,
        "items": ["name", "birth_date"], "demanders": [world.departments["subdistrict"].pk],
    }  # fmt: skip
    return usual | changes


def test_setting_and_stopping_a_rule(call, world: World, matter):  # noqa: F811
    rules = f"{V1}/consent-rules/"
    made = call("provider_office", "POST", rules, rule_body(world, matter))
    assert made.status_code == 201, made.content
    shown = made.json()
    assert (shown["version"], shown["items"], shown["set_by"]["name"]) == (
        1, ["name", "birth_date"], "冯涛",
    )  # fmt: skip
    assert [one["name"] for one in shown["demanders"]] == ["虹桥街道办事处"]
    for person, status, allowed in (
        ("provider_office", 200, True), ("steward", 200, True), ("province_reviewer", 200, True),
        ("clerk", 404, None), ("city_authority", 404, None), ("secadmin", 404, None),
    ):  # fmt: skip
        one = call(person, "GET", f"{rules}{shown['id']}/")
        assert one.status_code == status, person
        assert bool(call(person, "GET", rules).json()["results"]) is (status == 200)
        if status == 200:
            assert one.json()["commands"]["stop"]["allowed"] is allowed
    stop = f"{rules}{shown['id']}/stop/"
    assert call("clerk", "POST", stop, {"reason": "x"}).status_code == 404
    assert call("steward", "POST", stop, {"reason": " "}).status_code == 422
    assert call("steward", "POST", stop, {"reason": "x"}, scopes=["read"]).status_code == 403
    assert call("steward", "POST", stop, {"reason": "超范围使用"}).json()["stopped_at"]
    again = call("steward", "POST", stop, {"reason": "x"})
    assert again.status_code == 409
    assert again.json()["type"].endswith(":stopped")


def test_only_the_head_of_the_office_sets(call, world: World, matter):  # noqa: F811
    for person in ("steward", "provider_head", "office_head", "secadmin"):
        answer = call(person, "POST", f"{V1}/consent-rules/", rule_body(world, matter))
        assert answer.status_code == 403, person
        assert answer.json()["type"].endswith(":not_office_head")
    nowhere = rule_body(world, matter, department=10**15)
    assert call("provider_office", "POST", f"{V1}/consent-rules/", nowhere).status_code == 403
    assert not ConsentRule.objects.exists()


def test_faults_of_a_rule(call, world: World, matter):  # noqa: F811
    wrong = rule_body(world, matter, entry=str(uuid4()), matter=str(uuid4()), demanders=[10**15])
    answer = call("provider_office", "POST", f"{V1}/consent-rules/", wrong)
    assert answer.status_code == 422
    assert {one["attr"] for one in answer.json()["errors"]} == {"entry", "matter", "demanders"}
    careful = rule_body(world, matter, max_grade=5, max_days=0, items=["case_note"])
    answer = call("provider_office", "POST", f"{V1}/consent-rules/", careful)
    assert {one["attr"] for one in answer.json()["errors"]} == {"max_grade", "max_days", "items"}
    mixed = rule_body(world, matter, kind="unconditional")
    answer = call("provider_office", "POST", f"{V1}/consent-rules/", mixed)
    assert {one["attr"] for one in answer.json()["errors"]} == {"matter"}
    assert not ConsentRule.objects.exists()


def test_entries_of_others_are_as_good_as_unknown(call, world: World, matter):  # noqa: F811
    other: Department = world.departments["civil_affairs"]
    type(world.resource).objects.filter(pk=world.resource.pk).update(provider=other)
    answers = [
        call("provider_office", "POST", f"{V1}/consent-rules/", rule_body(world, matter, entry=pk))
        for pk in (str(world.resource.pk), str(uuid4()))
    ]
    assert answers[0].json()["errors"] == answers[1].json()["errors"]


# --- emergencies ---------------------------------------------------------------------------

REASON = "台风今夜登陆，需核对转移人员"


def test_opening_access(call, attached: World, emergencies_allowed):  # noqa: F811
    item = submitted_item(attached, emergency=True)
    path = f"{V1}/items/{item.pk}/emergency/"
    before = call("office_head", "GET", path).json()
    assert (before["days"], before["opened"], before["commands"]["open"]["allowed"]) == (
        3, None, True,
    )  # fmt: skip
    assert call("clerk", "GET", path).json()["commands"]["open"]["code"] == "not_opener"
    denied = call("clerk", "POST", path, {"reason": REASON}, **ENGLISH)
    assert denied.status_code == 403
    assert denied.json()["title"] == "Ask one of them."
    for person in ("stranger", "steward", "secadmin"):
        assert call(person, "GET", path).status_code == 404
        assert call(person, "POST", path, {"reason": REASON}).status_code == 404
    assert call("office_head", "POST", path, {"reason": " "}).status_code == 422
    assert call("office_head", "POST", path, {"reason": REASON}, scopes=["read"]).status_code == 403
    assert not EmergencyAccess.objects.exists()
    key = {"Idempotency-Key": str(uuid4())}
    opened = call("office_head", "POST", path, {"reason": REASON}, **key)
    assert opened.status_code == 200, opened.content
    assert opened.json()["opened"]["until"] == str(attached.today + timedelta(days=2))
    assert call("office_head", "POST", path, {"reason": REASON}, **key).json() == opened.json()
    assert Grant.objects.get().is_emergency
    again = call("office_head", "POST", path, {"reason": REASON})
    assert again.status_code == 409
    assert again.json()["type"].endswith(":opened_before")
    for person, seen in (("office_head", 1), ("steward", 1), ("stranger", 0)):
        rows = call(person, "GET", f"{V1}/emergencies/").json()["results"]
        assert len(rows) == seen, person
    assert rows == []


def test_there_is_none_for_a_draft_or_without_policy(call, world: World):
    item = draft_application(world).items.get()
    path = f"{V1}/items/{item.pk}/emergency/"
    assert call("clerk", "GET", path).json()["commands"]["open"]["code"] == "no_emergency"
    assert call("clerk", "POST", path, {"reason": REASON}).status_code == 409
