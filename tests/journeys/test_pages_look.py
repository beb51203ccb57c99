"""Key pages in a real browser: both languages, desk and phone; no violation, nothing too wide."""

from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser

from catalog import actions as catalog_actions
from catalog import quality
from portal.organisation.models import Role
from sharing import actions
from sharing.approval.commands import RequestSupplement
from sharing.approval.terms import Gap
from sharing.models import Application, ApplicationItem, DataRule, Delivery
from sharing.pulling import request_pull, run
from sharing.quality import checks, running
from tests.catalog.reviewed import approved, new_draft, published, returned, send
from tests.catalog.test_publishing import ITEMS
from tests.journeys.conftest import ARTIFACTS
from tests.journeys.pages import SIZES, Visitor
from tests.journeys.stack import Stack
from tests.world import FIELDS, World, granted, hire, sign, submitted_item

pytestmark = [pytest.mark.browser, pytest.mark.services]
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
AXE = {"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"]}
LANGUAGES = {"zh": "zh-hans", "en": "en"}


@dataclass(frozen=True)
class Sight:
    """A page worth looking at, and who looks."""

    name: str
    person: str
    path: str


def deliver(world: World) -> Delivery:
    grant = granted(world)
    pull = request_pull(by=world.people["clerk"], grant_id=grant.pk, now=world.now)
    delivery = run(pull.pk, clock=timezone.now)
    assert delivery is not None
    return delivery


def paused_item(world: World) -> ApplicationItem:
    """An application of the county that waits for its applicant."""
    people = world.people
    draft = actions.draft(
        by=people["county_clerk"],
        department=world.departments["county_civil"],
        resource=world.resource,
        fields=["name", "region_code"],
        content=world.application(row_region=world.regions["chongchuan"].code),
        now=world.now,
    )
    actions.submit_application(by=draft.applicant, application_id=draft.pk, seen=0, now=world.now)
    item = ApplicationItem.objects.get(application=draft)
    gaps = (Gap("use_basis", "请补充批准文件"), Gap("use_scope", "请写明使用人员"))
    asked = RequestSupplement(seen=item.event_count, gaps=gaps)
    actions.execute(by=people["county_office"], item_id=item.pk, command=asked, now=world.now)
    return item


def _suzhou_draft(world: World) -> Application:
    """A draft that is ready to be sent."""
    hire(world, "suzhou_office", "suzhou_civil", Role.SHARING_OFFICE_HEAD, "许静")
    hire(world, "suzhou_reviewer", "suzhou_bureau", Role.AUTHORITY_REVIEWER, "何军")
    return actions.draft(
        by=world.people["stranger"],
        department=world.departments["suzhou_civil"],
        resource=world.resource,
        fields=FIELDS,
        content=world.application(row_region=world.regions["suzhou"].code),
        now=world.now,
    )


def _ways_into_the_catalog(world: World) -> list[Sight]:
    """A version that came back, one with the head of department, an update with the authority."""
    came_back = returned(world, title="户籍注销信息")
    at_head = send(world, new_draft(world, title="暂住登记信息"))
    first = published(world)
    steward = world.people["steward"]
    update = catalog_actions.revise(by=steward, resource=first.resource, now=world.now)
    content = {"abstract": f"{update.abstract}自今年起含曾用名。", "update_cycle": "weekly"}
    catalog_actions.save_draft(
        by=steward, version=update, content=content, items=ITEMS[:1], now=world.now
    )
    at_authority = approved(world, update)

    def of(name: str, key: object, person: str, label: str) -> Sight:
        return Sight(label, person, reverse(f"catalog:{name}", args=[key]))

    return [
        Sight("drafts", "steward", reverse("catalog:drafts")),
        of("send", came_back.resource_id, "steward", "send-returned"),
        of("timeline", first.resource_id, "steward", "timeline"),
        of("review", at_head.pk, "provider_head", "review-head"),
        Sight("reviews", "province_reviewer", reverse("catalog:reviews")),
        of("review", at_authority.pk, "province_reviewer", "review-authority"),
        of("compare", first.resource_id, "province_reviewer", "compare"),
    ]


def sights(world: World) -> list[Sight]:
    """The key pages, each in a state that shows most of it."""
    delivery = deliver(world)
    draft = _suzhou_draft(world)
    item = submitted_item(world)
    sign(world, item, "office_head")
    paused = paused_item(world).application_id

    def of(name: str, key: object, person: str = "clerk") -> Sight:
        return Sight(name, person, reverse(f"sharing:{name}", args=[key]))

    return [
        Sight("home", "clerk", "/"),
        Sight("catalog", "clerk", reverse("catalog:list")),
        Sight("nearly", "clerk", f"{reverse('catalog:list')}?q=常驻人口"),
        Sight("saved", "clerk", reverse("catalog:saved")),
        Sight("save", "clerk", f"{reverse('catalog:save_search')}?q=人口&sharing=conditional"),
        Sight("entry", "clerk", reverse("catalog:entry", args=[world.resource.pk])),
        of("apply", world.resource.pk),
        of("tasks", draft.pk, "stranger"),
        of("purpose", draft.pk, "stranger"),
        of("items", draft.pk, "stranger"),
        of("use", draft.pk, "stranger"),
        of("application_check", draft.pk, "stranger"),
        of("application", item.application_id),
        Sight("applications", "clerk", reverse("sharing:applications")),
        Sight("data", "clerk", reverse("sharing:grants")),
        of("grant", delivery.grant_id),
        of("delivery", delivery.pk),
        Sight("404", "clerk", "/grants/00000000-0000-0000-0000-000000000000/"),
        Sight("inbox", "county_reviewer", reverse("sharing:inbox")),
        of("review", item.pk, "county_reviewer"),
        Sight("paused", "county_clerk", reverse("sharing:application", args=[paused])),
        of("supplement", paused, "county_clerk"),
        Sight("home-steward", "steward", "/"),
        Sight("grant-steward", "steward", reverse("sharing:grant", args=[delivery.grant_id])),
        Sight("home-auditadmin", "auditadmin", "/"),
        Sight("ledger", "auditadmin", reverse("ledger:list")),
        *_ways_into_the_catalog(world),
        *_quality(world),
    ]


def _quality(world: World) -> list[Sight]:
    """An entry whose data was checked, its rules, and what there is to mend."""
    check = checks.ask(by=None, resource=world.resource, now=world.now)
    running.work(check.pk, clock=timezone.now)
    quality.assess_due(world.now)
    rule = DataRule.objects.get(kind="id_number")

    def of(name: str, key: object, label: str) -> Sight:
        return Sight(label, "steward", reverse(f"sharing:{name}", args=[key]))

    return [
        Sight("quality", "clerk", reverse("catalog:quality", args=[world.resource.pk])),
        Sight("quality-list", "steward", reverse("catalog:quality_list")),
        of("data_checks", world.resource.pk, "data-checks"),
        of("data_rule", rule.pk, "data-rule"),
        of("failing_rows", rule.pk, "failing-rows"),
    ]


def faults(visitor: Visitor, sight: Sight, *, thorough: bool) -> list[str]:
    """What is wrong with the page as it is shown now."""
    page = visitor.page
    found = Axe().run(page, options=AXE).response["violations"] if thorough else []
    lines = [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]
    if visitor.overflows():
        lines.append("wider than the window")
    lines += visitor.troubles
    visitor.troubles.clear()
    return [f"{sight.name} {line}" for line in lines]


def test_key_pages(chrome: Browser, web: Stack, live_world: World) -> None:
    seen = sights(live_world)
    wrong: list[str] = []
    for person in dict.fromkeys(sight.person for sight in seen):
        visitor = Visitor(chrome, web.url)
        visitor.sign_in(person)
        for short, language in LANGUAGES.items():
            visitor.switch_to(language)
            for sight in (one for one in seen if one.person == person):
                visitor.open(sight.path)
                for size, window in SIZES.items():
                    visitor.page.set_viewport_size(window)
                    visitor.picture(ARTIFACTS / "pages", f"{short}-{size}-{sight.name}")
                    # the languages differ in words only: on the phone one of them tells all
                    found = faults(visitor, sight, thorough=(short, size) != ("en", "phone"))
                    wrong += [f"{short} {size} {line}" for line in found]
        visitor.context.close()
    assert wrong == []
