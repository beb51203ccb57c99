"""The shell in a real browser: no violation of the policy, keyboard, phone, without scripts."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from portal.organisation.models import Official
from tests.portal.conftest import PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps a loop in this thread
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def address(live_server: LiveServer) -> str:
    """The browser resolves no names."""
    return live_server.url.replace("localhost", "127.0.0.1")


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=address, viewport=DESK, locale="en-US")
    context.add_cookies([{"name": "language", "value": "en", "url": address}])
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, complaints: list[str]) -> Page:
    page = context.new_page()
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: (
            complaints.append(f"asked {request.url}")
            if urlsplit(request.url).hostname != "127.0.0.1" and not request.url.startswith("data:")
            else None
        ),
    )
    return page


def sign_in(page: Page, name: str = "clerk") -> None:
    page.goto("/account/sign-in/")
    page.get_by_label("Account").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def faults_of(page: Page) -> list[str]:
    root = "document.documentElement"
    wider = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
    found = Axe().run(page).response["violations"]
    faults = [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in found]
    return [*faults, f"{wider} px wider than the screen"] if wider else faults


def test_pages_keep_the_policy_and_ask_nobody_else(
    page: Page, complaints: list[str], clerk: Official
):
    for path in ("/account/sign-in/", "/help/", "/accessibility/"):
        page.goto(path)
    sign_in(page)
    page.goto("/account/second-factor/")
    page.evaluate("htmx.version")  # the script is there
    assert not complaints


def test_keyboard_alone(page: Page, clerk: Official):
    page.goto("/account/sign-in/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    page.get_by_label("Account").focus()
    page.keyboard.type("clerk")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("details.menu").get_attribute("open") is not None
    page.keyboard.press("Escape")
    assert page.locator("details.menu").get_attribute("open") is None
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_faults_take_the_focus(page: Page):
    page.goto("/account/sign-in/")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector(".error-summary")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    page.get_by_role("link", name="Please fill in: Account").click()
    assert page.evaluate("document.activeElement.id") == "id_login"


def test_display_switches_at_once_and_stay(page: Page):
    page.goto("/help/")
    page.get_by_role("button", name="A++").click()
    page.get_by_role("button", name="High contrast").click()
    assert page.evaluate("performance.getEntriesByType('navigation').length") == 1
    chosen = page.evaluate("document.documentElement.className")
    assert set(chosen.split()) == {"type-larger", "contrast"}
    page.reload()
    again = page.evaluate("document.documentElement.className")
    assert set(again.split()) == {"type-larger", "contrast"}


def test_everything_works_without_scripts(browser: Browser, address: str, clerk: Official):
    context = browser.new_context(base_url=address, java_script_enabled=False, viewport=PHONE)
    context.add_cookies([{"name": "language", "value": "en", "url": address}])
    page = context.new_page()
    sign_in(page)
    page.get_by_role("button", name="High contrast").click()
    assert "contrast" in (page.locator("html").get_attribute("class") or "")
    page.get_by_role("button", name="中文").click()
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    page.locator("summary").click()
    page.locator(".menu__panel button").click()
    page.goto("/")
    assert "/account/sign-in/" in page.url
    context.close()


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_pages_are_accessible_and_fit(
    browser: Browser, address: str, sysadmin: Official, viewport: dict
):
    # axe is put into the page by the test, which the policy rightly forbids.
    context = browser.new_context(base_url=address, viewport=viewport, bypass_csp=True)
    page = context.new_page()
    problems = []
    public = ["/account/sign-in/", "/help/", "/accessibility/", "/nowhere/"]
    for paths in (public, ["/", "/account/second-factor/"]):
        for display in ("", "contrast", "type-larger"):
            cookies = {"language": "en", "display": display}
            context.add_cookies(
                [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
            )
            for path in paths:
                page.goto(path)
                problems += [(path, display, fault) for fault in faults_of(page)]
        if paths is public:
            sign_in(page, "sysadmin")
    context.close()
    assert not problems


def test_the_administration_runs_under_its_policy(
    page: Page, complaints: list[str], sysadmin: Official
):
    page.goto("/account/sign-in/?next=/admin/")
    page.get_by_label("Account").fill("sysadmin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")
    assert page.locator("#nav-sidebar-apps").is_visible()
    # A page that names no icon makes the browser ask here, at a moment of its own.
    assert page.request.get("/favicon.ico").headers["content-type"] == "image/svg+xml"
    assert not complaints


def test_a_double_click_sends_once(page: Page):
    page.goto("/help/")
    swallowed = page.evaluate(
        """() => {
          const form = document.createElement('form');
          form.method = 'post';
          document.body.append(form);
          const swallowed = [];
          window.addEventListener('submit', (event) => {
            swallowed.push(event.defaultPrevented);
            event.preventDefault();
          });
          form.requestSubmit();
          form.requestSubmit();
          return swallowed;
        }"""
    )
    assert swallowed == [False, True]
