"""The main job in a real browser, with a real web server, worker and relay."""

import hashlib
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, expect

from portal.notices.models import Notice
from sharing.models import Application, Delivery, Grant
from tests.journeys.conftest import ARTIFACTS
from tests.journeys.expected import masked_rows, read_csv
from tests.journeys.pages import Visitor
from tests.journeys.stack import Stack
from tests.journeys.test_rest_journey import wait_until_sealed
from tests.world import FIELDS, SIGNERS, SourceDatabase, World

pytestmark = [pytest.mark.browser, pytest.mark.services]


def apply_for_population(clerk: Visitor, folder: Path) -> Application:
    """Find the entry by Chinese words, fill everything in, look at the chain, submit."""
    page = clerk.page
    page.fill("#global-search", "常住人口")
    page.press("#global-search", "Enter")
    page.get_by_role("link", name="常住人口基本信息").first.click()
    clerk.picture(folder, "entry")
    page.get_by_role("link", name="申请数据").first.click()
    page.get_by_role("button", name="开始申请").click()
    clerk.picture(folder, "tasks")

    page.get_by_role("link", name="用途与依据").click()
    page.fill("[name=use_basis]", "《社会救助暂行办法》第十三条")
    page.fill("[name=use_scenario]", "低保家庭人口核对")
    page.fill("[name=use_scope]", "虹桥街道民政办 4 名经办人")
    page.get_by_role("button", name="保存并继续").click()

    page.get_by_role("link", name="数据项").first.click()
    for key in FIELDS:
        page.check(f"#item-{key}")
    clerk.picture(folder, "items")
    page.get_by_role("button", name="保存并继续").click()
    page.wait_for_url("**/tasks/")

    page.get_by_role("link", name="检查并提交").first.click()
    page.wait_for_url("**/check/")
    expect(page.locator(".stage")).to_have_count(len(SIGNERS) + 1, timeout=20_000)
    clerk.picture(folder, "check")
    page.check("[name=agree]")
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url("**/submitted/")
    clerk.picture(folder, "submitted")
    return Application.objects.get(submitted_at__isnull=False)


def sign_all(chrome: Browser, stack: Stack, folder: Path) -> None:
    """Everybody of the chain signs, each in a browser of their own."""
    for person in SIGNERS:
        signer = Visitor(chrome, stack.url)
        signer.sign_in(person)
        signer.open("/inbox/")
        signer.picture(folder, f"inbox-{person}")
        signer.page.get_by_role("link", name="常住人口基本信息").first.click()
        signer.picture(folder, f"review-{person}")
        signer.page.get_by_role("button", name="确认决定").click()
        signer.page.wait_for_url("**/inbox/")
        assert signer.troubles == []
        signer.context.close()


def fetch(clerk: Visitor, grant: Grant, folder: Path) -> bytes:
    """Pull, wait for the worker, download the CSV, confirm the delivery."""
    clerk.open(f"/grants/{grant.pk}/")
    clerk.page.get_by_role("button", name="立即拉取数据").click()
    clerk.page.get_by_role("link", name="打开交付").click(timeout=60_000)
    clerk.picture(folder, "delivery")
    with clerk.page.expect_download() as download:
        clerk.page.get_by_role("button", name="CSV").click()
    content = download.value.path().read_bytes()
    clerk.page.get_by_role("button", name="确认收到").click()
    clerk.page.wait_for_load_state()
    return content


def assert_hidden(stranger: Visitor, paths: list[str]) -> None:
    """What is not theirs does not exist for a stranger."""
    for path in paths:
        answer = stranger.page.goto(f"{stranger.url}{path}")
        assert answer is not None
        assert answer.status == 404, path


def test_the_main_job(
    chrome: Browser, stack: Stack, live_world: World, source: SourceDatabase
) -> None:
    folder = ARTIFACTS / "journey"
    clerk = Visitor(chrome, stack.url)
    clerk.sign_in("clerk")
    clerk.picture(folder, "home")
    application = apply_for_population(clerk, folder)
    sign_all(chrome, stack, folder)
    clerk.open(f"/applications/{application.pk}/")
    clerk.picture(folder, "application")
    grant = Grant.objects.get()
    content = fetch(clerk, grant, folder)
    delivery = Delivery.objects.get()
    assert hashlib.sha256(content).hexdigest() == delivery.files.get(format="csv").sha256
    expected = masked_rows(source)
    assert expected
    assert read_csv(content) == expected
    clerk.open("/data/")
    clerk.picture(folder, "data")
    assert Notice.objects.filter(official=live_world.people["clerk"]).exists()
    assert clerk.troubles == []

    stranger = Visitor(chrome, stack.url)
    stranger.sign_in("stranger")
    hidden = [f"/applications/{application.pk}/", f"/grants/{grant.pk}/"]
    assert_hidden(stranger, [*hidden, f"/deliveries/{delivery.pk}/"])
    stranger.picture(folder, "404")
    wait_until_sealed()
    call_command("verify_ledger")
    call_command("verify_invariants")
