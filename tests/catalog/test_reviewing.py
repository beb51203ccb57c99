"""The way of a version into the catalog: steps, people, faults, time, many at once."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from catalog import actions, cases
from catalog.access import visible_to
from catalog.lifecycle.terms import Check, CheckKind, Command, Mark, Order, Outcome, Remark
from catalog.models import (
    DataItem,
    PublicationReview,
    Resource,
    ResourceVersion,
    ReviewCheck,
    ReviewStep,
)
from portal.errors import Invalid, NotAllowed, NotVisible
from portal.ledger.models import Entry
from portal.organisation.models import Post, Role, Substitution
from tests.catalog.reviewed import (  # noqa: F401 - invariants_hold is for every test
    APPROVE,
    CHECKS,
    NUMBERS,
    approved,
    give,
    invariants_hold,
    new_draft,
    published,
    reason,
    returned,
    send,
    told,
)
from tests.catalog.test_publishing import ITEMS
from tests.world import SINCE, hire


def test_the_whole_way_of_a_new_entry(world):
    draft = new_draft(world)
    review = send(world, draft, text="新编目录")
    assert (review.status, review.round, review.step_count) == ("head_review", 1, 1)
    assert told("review.to_approve") == {"provider_head", "provider_office"}
    review = give(world, review, "provider_head", APPROVE)
    assert review.status == "authority_review"
    assert review.authority == world.departments["province_bureau"]
    assert told("review.to_review") == {"province_reviewer", "province_authority"}
    review = give(world, review, "province_reviewer", Order(Command.APPROVE))
    resource = Resource.objects.get(pk=draft.resource_id)
    assert (review.status, resource.status, resource.code) == ("published", "published", "307001/1")
    live = resource.live
    assert live.published_by == world.people["province_reviewer"]
    assert (live.secrecy_reviewed, live.privacy_assessed, live.head_approved) == (True, True, True)
    assert told("review.published") == {"steward", "provider_head"}
    kinds = [
        ("catalog.review_sent", "13", "steward"),
        ("catalog.review_approved", "13", "provider_head"),
        ("catalog.review_passed", "16, 17", "province_reviewer"),
        ("catalog.published", "13, 16", "province_reviewer"),
    ]
    rows = Entry.objects.filter(object_id=str(resource.pk)).exclude(kind="catalog.drafted")
    assert list(rows.order_by("id").values_list("kind", "article", "actor__username")) == kinds


def test_the_checks_are_recorded_with_who_when_outcome_and_text(world):
    review = approved(world)
    found = ReviewCheck.objects.filter(step__review=review).order_by("-kind")
    assert [(one.kind, one.outcome, one.done_by, one.done_on, one.text) for one in found] == [
        (one.kind, one.outcome, one.done_by, one.done_on, one.text) for one in CHECKS
    ]
    assert found[0].step.actor == world.people["provider_head"]
    with pytest.raises(IntegrityError), transaction.atomic():
        found.update(done_by="somebody else")
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewStep.objects.all().delete()


WRONG_CHECKS = [
    ((), {"secrecy_outcome", "secrecy_by", "secrecy_on", "privacy_outcome", "privacy_by", "privacy_on"}),
    ((CHECKS[0],), {"privacy_outcome", "privacy_by", "privacy_on"}),
    ((CHECKS[0], Check(CheckKind.PRIVACY, "no_personal", "x", date(2026, 1, 1))), {"privacy_outcome"}),
    ((CHECKS[0], Check(CheckKind.PRIVACY, "with_measures", "x", date(2026, 1, 1))), {"privacy_text"}),
    ((CHECKS[0], Check(CheckKind.PRIVACY, "acceptable", "x", date(2199, 1, 1))), {"privacy_on"}),
    ((Check(CheckKind.SECRECY, "secret", "x", date(2026, 1, 1)), CHECKS[1]), {"secrecy_outcome"}),
]  # fmt: skip


def test_the_head_cannot_approve_without_both_checks(world):
    review = send(world, new_draft(world))
    for checks, fields in WRONG_CHECKS:
        with pytest.raises(Invalid) as refused:
            give(world, review, "provider_head", Order(Command.APPROVE, checks=checks))
        assert {fault.field for fault in refused.value.faults} == fields
    review.refresh_from_db()
    assert review.status == "head_review"


def test_no_personal_information_may_be_said_where_there_is_none(world):
    draft = new_draft(world, items=[ITEMS[1]])
    checks = (CHECKS[0], Check(CheckKind.PRIVACY, Outcome.NO_PERSONAL, "x", date(2026, 1, 1)))
    review = give(
        world, send(world, draft), "provider_office", Order(Command.APPROVE, checks=checks)
    )
    assert review.status == "authority_review"


def test_every_fault_is_listed_already_at_sending(world):
    draft = new_draft(world, items=[], abstract="", update_cycle="")
    with pytest.raises(Invalid) as refused:
        send(world, draft, wanted_at=world.now - timedelta(minutes=1))
    assert {fault.field for fault in refused.value.faults} == {
        "abstract", "update_cycle", "items", "wanted_at",
    }  # fmt: skip
    assert all(str(fault.remedy) for fault in refused.value.faults)
    assert not PublicationReview.objects.exists()


def test_sending_is_refused_where_nobody_could_approve_or_review(world):
    draft = new_draft(world)
    Post.objects.filter(role__in=cases.HEAD_ROLES).exclude(
        official__username="provider_head"
    ).delete()
    with pytest.raises(Invalid) as refused:
        send(world, draft, by="provider_head")
    assert [fault.code for fault in refused.value.faults] == ["no_head"]
    bureau = world.departments["province_bureau"]
    bureau.valid_until = world.today
    bureau.save(update_fields=["valid_until"])
    with pytest.raises(Invalid) as refused:
        send(world, draft)
    assert [fault.code for fault in refused.value.faults] == ["no_authority"]


def test_ticking_the_approvals_oneself_counts_for_nothing(world):
    ticked = {"secrecy_reviewed": True, "privacy_assessed": True, "head_approved": True}
    draft = new_draft(world, **ticked)
    with pytest.raises(NotAllowed) as refused:
        actions.publish(by=world.people["steward"], version=draft, now=world.now)
    assert reason(refused) == "needs_review"
    send(world, draft)
    draft.refresh_from_db()
    ticks = [draft.secrecy_reviewed, draft.privacy_assessed, draft.head_approved]
    assert ticks == [False, False, False]
    approved(world, new_draft(world, title="另一条目"))


WRONG_PEOPLE = [
    ("head_review", "steward", "not_yours"),
    ("head_review", "clerk", None),
    ("head_review", "province_reviewer", None),
    ("head_review", "sysadmin", None),
    ("authority_review", "steward", "not_yours"),
    ("authority_review", "provider_office", "not_yours"),
    ("authority_review", "city_reviewer", None),
    ("authority_review", "county_authority", None),
    ("authority_review", "clerk", None),
]


@pytest.mark.parametrize("status", ["head_review", "authority_review"])
def test_a_step_belongs_to_its_office(world, status):
    review = send(world, new_draft(world)) if status == "head_review" else approved(world)
    orders = (APPROVE, Order(Command.RETURN, text="x"))
    cases_of_it = [(who, code) for at, who, code in WRONG_PEOPLE if at == status]
    for (who, code), order in product(cases_of_it, orders):
        with pytest.raises(NotVisible if code is None else NotAllowed) as refused:
            give(world, review, who, order)
        if code is not None:
            assert reason(refused) == code
    review.refresh_from_db()
    assert review.status == status


def test_sender_head_and_reviewer_are_three_people(world):
    bureau = world.departments["province_bureau"]
    for key in ("provider_head", "provider_office"):
        Post.objects.create(
            official=world.people[key], department=bureau, role=Role.AUTHORITY_REVIEWER,
            valid_from=SINCE,
        )  # fmt: skip
    review = send(world, new_draft(world), by="provider_office")
    with pytest.raises(NotAllowed) as refused:
        give(world, review, "provider_office", APPROVE)
    assert reason(refused) == "own_draft"
    review = give(world, review, "provider_head", APPROVE)
    for key, code in (("provider_office", "own_draft"), ("provider_head", "already_approved")):
        with pytest.raises(NotAllowed) as refused:
            give(world, review, key, Order(Command.APPROVE))
        assert reason(refused) == code
    on = world.today
    assert list(cases.waiting_for(world.people["provider_head"], on)) == []
    assert list(cases.waiting_for(world.people["province_reviewer"], on)) == [review]


def test_a_substitute_of_the_sender_counts_as_the_sender(world):
    deputy = hire(world, "deputy", "police", Role.DEPARTMENT_HEAD)
    Substitution.objects.create(
        principal=world.people["steward"], substitute=deputy, valid_from=world.today,
        valid_until=world.today,
    )  # fmt: skip
    review = send(world, new_draft(world))
    with pytest.raises(NotAllowed) as refused:
        give(world, review, "deputy", APPROVE)
    assert reason(refused) == "own_draft"


def test_a_substitute_of_the_head_approves_and_both_names_are_kept(world):
    deputy = hire(world, "deputy", "civil_affairs", Role.CLERK)
    Substitution.objects.create(
        principal=world.people["provider_head"], substitute=deputy, valid_from=world.today,
        valid_until=world.today,
    )  # fmt: skip
    review = give(world, send(world, new_draft(world)), "deputy", APPROVE)
    step = review.steps.get(command="approve")
    assert (step.actor, step.acting_for) == (deputy, world.people["provider_head"])
    assert Entry.objects.get(kind="catalog.review_approved").acting_for == "蒋勇"
    with pytest.raises(NotVisible):
        give(world, review, "stranger", Order(Command.APPROVE))


def test_the_database_refuses_two_steps_by_one_person(world):
    review = approved(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicationReview.objects.filter(pk=review.pk).update(
            released_by=review.approved_by, status="published"
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicationReview.objects.filter(pk=review.pk).update(approved_by=review.sender)


def test_the_database_refuses_publication_by_an_official_without_review(world):
    draft = new_draft(world)
    values = {"status": "published", "published_at": world.now}
    for who in ("steward", "province_reviewer"):
        with pytest.raises(IntegrityError), transaction.atomic():
            ResourceVersion.objects.filter(pk=draft.pk).update(
                published_by=world.people[who], **values
            )
    ResourceVersion.objects.filter(pk=draft.pk).update(**values)  # a command of the portal


# --- what stands still ---------------------------------------------------------------------


def test_what_is_under_review_cannot_be_changed(world):
    draft = new_draft(world)
    send(world, draft)
    steward = world.people["steward"]
    with pytest.raises(NotAllowed) as refused:
        actions.save_draft(by=steward, version=draft, content={"title": "x"}, now=world.now)
    assert reason(refused) == "under_review"
    with pytest.raises(NotAllowed):
        actions.publish(by=None, version=draft, now=world.now)
    for change in (
        lambda: ResourceVersion.objects.filter(pk=draft.pk).update(title="x"),
        lambda: DataItem.objects.filter(version=draft).update(name="x"),
        lambda: DataItem.objects.create(version=draft, key="k", name="k", data_type="C"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_the_live_version_stays_until_the_new_one_has_gone_the_same_way(world):
    first = published(world)
    resource = first.resource
    second = actions.revise(by=world.people["steward"], resource=resource, now=world.now)
    assert not PublicationReview.objects.filter(version=second).exists()
    actions.save_draft(
        by=world.people["steward"], version=second, content={"title": "户籍迁移登记"}, now=world.now
    )
    review = approved(world, second)
    resource.refresh_from_db()
    assert resource.live == first.version
    give(world, review, "province_authority", Order(Command.APPROVE))
    resource.refresh_from_db()
    first.version.refresh_from_db()
    assert (resource.live, first.version.status) == (second, "superseded")


# --- back and again ------------------------------------------------------------------------


def test_a_return_says_why_and_the_next_round_needs_everything_anew(world):
    review = returned(world)
    assert review.status == "returned"
    assert told("review.returned") == {"steward"}
    step = review.steps.latest("seq")
    assert step.remarks == [{"place": "items[name]", "text": "请写明是否含曾用名"}]
    version = review.version
    actions.save_draft(
        by=world.people["steward"], version=version, content={"abstract": "迁入、迁出登记，含曾用名。"},
        now=world.now,
    )  # fmt: skip
    again = send(world, version)
    assert (again.pk, again.round, again.step_count, again.approved_by) == (review.pk, 2, 3, None)
    with pytest.raises(NotVisible):
        give(world, again, "province_reviewer", Order(Command.APPROVE))
    again = give(world, again, "provider_head", APPROVE)
    assert give(world, again, "province_reviewer", Order(Command.APPROVE)).status == "published"


def test_the_authority_returns_too_and_the_approval_is_gone(world):
    review = give(world, approved(world), "province_reviewer", Order(Command.RETURN, text="补充"))
    version = review.version
    version.refresh_from_db()
    assert (review.status, review.approved_by, version.head_approved) == ("returned", None, False)
    assert cases.get_review(world.people["province_reviewer"], review.pk, world.today) == review


INCOMPLETE = [
    (Order(Command.RETURN, text="  "), "text"),
    (Order(Command.RETURN, remarks=(Remark("items[nope]", "x"),)), "remarks"),
    (Order(Command.RETURN, text="长" * 2001), "text"),
    (Order(Command.BLOCK, text="x"), "mark"),
    (Order(Command.BLOCK, mark=Mark.WORK), "text"),
]


def test_an_incomplete_decision_names_what_is_missing(world):
    review = send(world, new_draft(world))
    for order, field in INCOMPLETE:
        with pytest.raises(Invalid) as refused:
            give(world, review, "provider_head", order)
        assert [fault.field for fault in refused.value.faults] == [field]


@pytest.mark.parametrize("at", ["head_review", "authority_review", "scheduled"])
def test_the_sender_takes_back_and_sends_again(world, at):
    review = send(world, new_draft(world))
    if at != "head_review":
        review = give(world, review, "provider_head", APPROVE)
    if at == "scheduled":
        later = Order(Command.SCHEDULE, publish_at=world.now + timedelta(hours=3))
        review = give(world, review, "province_reviewer", later)
    assert review.status == at
    other = hire(world, "second_steward", "police", Role.STEWARD)
    with pytest.raises(NotAllowed) as refused:
        give(world, review, other.username, Order(Command.TAKE_BACK))
    assert reason(refused) == "not_yours"
    review = give(world, review, "steward", Order(Command.TAKE_BACK))
    assert review.status == "taken_back"
    assert told("review.taken_back") & {"provider_head", "province_reviewer"}
    assert send(world, review.version).round == 2


def test_a_withdrawn_entry_calls_its_update_back(world):
    resource = published(world).resource
    second = actions.revise(by=world.people["steward"], resource=resource, now=world.now)
    review = approved(world, second)
    actions.withdraw(
        by=world.people["steward"], resource=resource, reason="职责调整", now=world.now
    )
    review.refresh_from_db()
    assert (review.status, review.steps.latest("seq").actor) == ("returned", None)
    assert review.steps.latest("seq").faults[0]["message"] == "The entry was withdrawn meanwhile."
    assert told("review.interrupted") == {"steward"}


# --- R06 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mark", "who"), [(Mark.STATE, "provider_head"), (Mark.WORK, "province_reviewer")]
)
def test_a_secret_blocks_the_entry_for_good(world, mark, who):
    live = published(world)
    resource = live.resource
    steward = world.people["steward"]
    second = actions.revise(by=steward, resource=resource, now=world.now)
    review = send(world, second)
    if who == "province_reviewer":
        review = give(world, review, "provider_head", APPROVE)
    review = give(world, review, who, Order(Command.BLOCK, text="保密清单第3项", mark=mark))
    resource.refresh_from_db()
    assert (review.status, resource.blocked, resource.status) == ("blocked", mark, "withdrawn")
    assert not visible_to(world.people["clerk"], world.today).filter(pk=resource.pk).exists()
    assert told("review.blocked") >= {"steward", "provider_head", "provider_office"}
    for call in (
        lambda: actions.revise(by=steward, resource=resource, now=world.now),
        lambda: send(world, second),
        lambda: give(world, review, "provider_head", Order(Command.RETURN, text="x")),
    ):
        with pytest.raises(NotAllowed):
            call()
    with pytest.raises(Invalid):
        actions.publish(by=None, version=second, now=world.now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Resource.objects.filter(pk=resource.pk).update(blocked="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Resource.objects.filter(pk=resource.pk).update(status="published")
