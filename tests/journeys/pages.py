"""Driving the pages: a browser of one's own for every official."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request

from tests.world import PASSWORD

FLAGS = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@contextmanager
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """A headless Chromium that reaches this machine only."""
    started = playwright.chromium.launch(
        executable_path=chromium, args=FLAGS, chromium_sandbox=False
    )
    try:
        yield started
    finally:
        started.close()


class Visitor:
    """One official at a browser; collects what must not happen."""

    def __init__(self, browser: Browser, url: str, *, size: str = "desktop") -> None:
        self.url = url
        self.troubles: list[str] = []
        self.context: BrowserContext = browser.new_context(
            viewport=SIZES[size], accept_downloads=True, locale="zh-CN"
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("console", self._heard)
        self.page.on("request", self._asked)
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))

    def _heard(self, message: ConsoleMessage) -> None:
        expected = "status of 4" in message.text  # a page that answers 404 or 422 on purpose
        if message.type == "error" and not expected:
            self.troubles.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:")):
            self.troubles.append(f"left the host: {request.url}")

    def sign_in(self, username: str, language: str = "") -> None:
        """Sign in through the form."""
        self.open("/account/sign-in/")
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_selector("details.menu")
        if language:
            self.switch_to(language)

    def switch_to(self, language: str) -> None:
        """Read the pages in ``en`` or ``zh-hans`` from now on."""
        button = self.page.locator(f"button[name=language][value={language}]")
        if button.count():
            button.click()
            self.page.wait_for_load_state()

    def open(self, path: str) -> None:
        """Go to an address of the portal."""
        self.page.goto(f"{self.url}{path}")

    def picture(self, folder: Path, name: str) -> None:
        """Keep a screenshot of the whole page."""
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{name}.png", full_page=True)

    def overflows(self) -> bool:
        """Whether the page is wider than the window."""
        return bool(
            self.page.evaluate(
                "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
            )
        )
