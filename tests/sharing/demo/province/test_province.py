"""The province holds together: chains, entries, people, cases."""

from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from catalog import census, demands
from catalog.access import holds, visible_to
from catalog.actions import publication_faults
from catalog.actions.linking import link_faults
from catalog.demo import matters, systems
from catalog.matters import GAPS, Choice, matters_of
from catalog.models import (
    Attachment,
    CollectionCheck,
    DataItem,
    Demand,
    HarvestRun,
    Resource,
    ResourceVersion,
    SharingType,
)
from catalog.numbering import nonconforming
from portal.errors import NotVisible
from portal.ledger.models import Entry
from portal.ledger.sealer import checkpoint, seal
from portal.notices.models import Notice
from portal.organisation.demo import PASSWORD
from portal.organisation.demo.chance import Chance
from portal.organisation.models import ADMIN_ROLES, Department, Official, Post, Role
from sharing import access, planning
from sharing.demo import sign_ins
from sharing.models import Application, ApplicationItem, Delivery, Grant, GrantStatus, Pull
from tests.sharing.demo.province.conftest import NOW, TODAY

pytestmark = [pytest.mark.usefixtures("province"), pytest.mark.django_db]


def person(username: str) -> Official:
    return Official.objects.get(username=username)


def planned(department: Department, resource: Resource) -> planning.Planned:
    """The chain if the department's first clerk applied for the entry now."""
    clerk = Post.objects.filter(department=department, role=Role.CLERK).order_by("pk").first()
    application = Application(applicant=clerk.official, department=department)
    item = ApplicationItem(
        application=application, resource=resource, version=resource.live,
        provider=resource.provider, demander=department,
        fields=list(
            DataItem.objects.filter(version=resource.live)
            .exclude(sharing_type="non_shared")
            .values_list("key", flat=True)
        ),
    )  # fmt: skip
    return planning.plan(application, item, NOW)


def test_a_chain_can_be_planned_from_every_department_to_any_provider() -> None:
    departments = list(Department.objects.filter(posts__role=Role.CLERK).distinct().order_by("pk"))
    entries = list(
        Resource.objects.published()
        .exclude(live__sharing_type=SharingType.NON_SHARED)
        .select_related("live", "provider__region")
        .order_by("code")
    )
    chance = Chance(7, "chains")
    for _ in range(200):
        department, entry = chance.pick(departments), chance.pick(entries)
        if department.pk != entry.provider_id:
            chain = planned(department, entry).plan.stages
            assert all(stage.holders for stage in chain if stage.quorum), (department, entry)


def test_the_storys_chain_climbs_three_levels() -> None:
    entry = Resource.objects.published().get(
        live__title="常住人口信息", provider__name="江苏省公安厅"
    )
    chain = planned(Department.objects.get(name="崇川区虹桥街道办事处"), entry).plan.stages
    assert [(stage.office.name, stage.role.value) for stage in chain] == [
        ("崇川区虹桥街道办事处", "sharing_office_head"),
        ("崇川区数据局", "authority_reviewer"),
        ("南通市数据局", "authority_reviewer"),
        ("江苏省数据局", "authority_reviewer"),
        ("江苏省公安厅", "steward"),
        ("江苏省公安厅", "sharing_office_head"),
    ]
    open_ = ApplicationItem.objects.filter(demander__name="崇川区虹桥街道办事处", resource=entry)
    assert not open_.exists(), "the reader is to apply for it"


def test_published_entries_could_be_published_again() -> None:
    versions = list(
        ResourceVersion.objects.filter(status="published", resource__status="published")
        .select_related("resource__provider", "classification")
        .order_by("pk")
    )
    for version in Chance(5, "entries").some(versions, 60):
        assert publication_faults(version, TODAY) == [], version


def test_every_entry_can_be_found() -> None:
    assert Resource.objects.filter(search__isnull=True).count() == 0
    assert Resource.objects.published().filter(code__isnull=True).count() == 0


@pytest.mark.parametrize(
    "row", [row for row in sign_ins() if row.username], ids=lambda r: r.username
)
def test_everybody_of_the_table_can_sign_in(row, client) -> None:
    assert client.login(username=row.username, password=PASSWORD)


def test_the_command_says_what_it_made(province: dict[str, Any]) -> None:
    assert province["counts"]["officials"] == Official.objects.count()
    assert province["counts"]["deliveries"] == Delivery.objects.count() > 0
    assert province["sign_ins"] == [row.username for row in sign_ins() if row.username]


def test_the_password_is_printed() -> None:
    assert PASSWORD in sign_ins()[-1].who


@pytest.mark.parametrize("role", ADMIN_ROLES)
def test_administrators_do_nothing_else(role) -> None:
    holders = Official.objects.filter(posts__role=role)
    assert holders
    assert all(holder.posts.count() == 1 for holder in holders)


@pytest.mark.parametrize(
    ("username", "least"),
    [
        ("hongqiao.head", 1), ("chongchuan.reviewer", 3), ("nantong.reviewer", 3),
        ("jiangsu.reviewer", 3), ("police.steward", 3), ("police.head", 1),
        ("police.director", 1), ("civil.substitute", 1),
    ],
)  # fmt: skip
def test_those_who_sign_find_something_to_sign(username: str, least: int) -> None:
    assert access.inbox(person(username), TODAY).count() >= least


def test_the_substitute_signs_for_who_is_away() -> None:
    away = person("civil.away")
    offices = {stage.office_id for stage in access.inbox(person("civil.substitute"), TODAY)}
    assert away.department_id in offices


def test_the_clerk_finds_applications_in_every_state() -> None:
    clerk = person("hongqiao.clerk")
    items = access.items_visible_to(clerk, TODAY)
    found = set(items.values_list("status", flat=True))
    assert found == {
        "draft", "home_review", "provider_review", "supplement", "consented", "refused",
        "withdrawn",
    }  # fmt: skip
    grants = access.grants_visible_to(clerk, TODAY)
    assert set(grants.values_list("status", flat=True)) >= {
        GrantStatus.ACTIVE, GrantStatus.SUSPENDED, GrantStatus.EXPIRED,
    }  # fmt: skip
    assert access.deliveries_visible_to(clerk, TODAY).count() >= 4
    assert Notice.objects.filter(official=clerk, read_at__isnull=True).exists()
    assert Pull.objects.filter(grant__in=grants, status=Pull.Status.QUEUED).count() == 1


def test_the_outsider_sees_nothing_of_it() -> None:
    application = Application.objects.filter(applicant__username="hongqiao.clerk").first()
    with pytest.raises(NotVisible):
        access.get_application(person("outsider"), application.pk, TODAY)


def test_the_past_was_recorded_in_order() -> None:
    """Events went through the actions one after the other, so ids and times agree."""
    times = list(
        Entry.objects.filter(kind__startswith="item.").order_by("id").values_list("at", flat=True)
    )
    assert len(times) > 100
    assert times == sorted(times)
    assert times[-1] <= timezone.now()


def test_deliveries_hold_the_rows_of_the_recipients_region() -> None:
    delivery = Delivery.objects.filter(
        grant__row_region="320613005", grant__version__title="社会保险参保信息"
    ).first()
    assert 0 < delivery.rows < Attachment.objects.get(table="insured").approximate_rows
    assert any(rule["failed"] for one in Delivery.objects.all() for rule in one.quality["rules"])


def test_nobody_is_left_with_a_right_of_an_ended_grant() -> None:
    for grant in Grant.objects.exclude(status=GrantStatus.ACTIVE):
        others = Grant.objects.filter(
            department=grant.department, resource=grant.resource, status=GrantStatus.ACTIVE
        )
        assert holds("pull_resource", grant.department, grant.resource) == others.exists()


def test_the_invariants_hold() -> None:
    assert seal(timezone.now()) > 0
    checkpoint(timezone.now())
    call_command("verify_invariants")


def test_the_census_has_the_province_s_numbers() -> None:
    seen = visible_to(person("jiangsu.reviewer"), TODAY)
    figures = [figure.value for figure in census.figures(seen, census.Choice())]
    departments = census.lines(census.Choice())

    assert (figures[0], *figures[2:4]) == systems.SMALL
    assert len(departments) == 11
    assert 0 < figures[4] < figures[0]


def test_a_harvested_catalog_waits_for_its_authority(client) -> None:
    done, waiting = HarvestRun.objects.order_by("started_at")
    assert (done.status, done.complete, done.counts["created"]) == ("done", True, 8)
    assert (waiting.status, waiting.complete, waiting.seen) == ("ready", True, 11)
    found = {kind: waiting.counts[kind] for kind in ("new", "changed", "gone", "faulty")}
    assert found == {"new": 2, "changed": 2, "gone": 1, "faulty": 2}
    client.force_login(person("nantong.reviewer"))
    response = client.get(reverse("catalog:harvest_run", args=[waiting.pk]))
    assert "潮位站监测数据" in response.content.decode()


def test_matters_have_the_numbers_and_most_of_their_data() -> None:
    seen = visible_to(person("jiangsu.reviewer"), TODAY)
    every = matters_of(seen, Choice()).exclude(code__contains="GS")  # those of the story's baskets
    gaps = matters_of(seen, Choice(needs=GAPS))

    assert (every.count(), every.order_by().values("department").distinct().count()) == (
        matters.SMALL
    )
    assert 0 < gaps.count() < every.count() / 2


def test_there_is_a_demand_at_every_step_and_something_to_do() -> None:
    assert set(Demand.objects.values_list("status", flat=True)) == {
        "assigning", "answering", "promised", "answered", "refused", "taken_back",
    }  # fmt: skip
    for username in ("police.steward", "chongchuan.reviewer"):
        assert demands.waiting_for(person(username), TODAY).exists(), username
    assert set(CollectionCheck.objects.values_list("state", flat=True)) == {
        "clear", "open", "dropped", "kept",
    }  # fmt: skip


def test_links_and_older_codes_are_there_to_look_at() -> None:
    linked = ResourceVersion.objects.exclude(linked_codes=[])
    assert linked.exists()
    assert not any([*link_faults(one)] for one in linked.select_related("resource__provider")[:20])
    assert nonconforming(Resource.objects.all()).exists()
