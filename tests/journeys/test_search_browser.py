"""The search box in a real browser: suggestions by keyboard and mouse, and what htmx swaps."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.pages import Visitor
from tests.journeys.stack import Stack
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.services]


def test_suggestions_by_keyboard(chrome: Browser, web: Stack, live_world: World) -> None:
    visitor = Visitor(chrome, web.url)
    visitor.sign_in("clerk")
    page = visitor.page
    visitor.open("/catalog/")
    box = page.locator("#catalog-q")
    expect(box).to_have_attribute("role", "combobox")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press_sequentially("rk")
    options = page.locator("#catalog-q-suggestions [role=option]")
    expect(options.first).to_contain_text("常住人口基本信息")
    expect(options.first.locator("mark")).to_have_text("人口")
    expect(box).to_have_attribute("aria-expanded", "true")
    assert "q=" not in page.url  # fetching suggestions is no step of the history

    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "catalog-q-suggestions-0")
    expect(options.first).to_have_attribute("aria-selected", "true")
    box.press("ArrowUp")
    expect(options.first).to_have_attribute("aria-selected", "false")
    box.press("Escape")
    expect(page.locator("#catalog-q-suggestions")).to_be_hidden()
    expect(box).to_have_value("rk")  # closing does not empty the box
    box.press("Enter")  # nothing is chosen: the search itself, swapped in
    expect(page.locator("#found h1")).to_contain_text("rk")
    expect(page.locator(".result mark").first).to_have_text("人口")

    assert (
        "sort=newest" not in page.url
    )  # best match first, whatever order the list had without words
    box.press("ArrowDown")
    box.press("Enter")
    expect(page).to_have_url(re.compile(f"/catalog/{live_world.resource.pk}/"))
    assert visitor.troubles == []
    visitor.context.close()


def test_suggestions_in_the_header_by_mouse(chrome: Browser, web: Stack, live_world: World) -> None:
    visitor = Visitor(chrome, web.url, size="phone")
    visitor.sign_in("clerk")
    page = visitor.page
    visitor.open("/catalog/saved/")
    page.locator("#global-search").press_sequentially("公安")
    option = page.locator("#global-search-suggestions [role=option]").first
    expect(option).to_contain_text("江苏省公安厅")
    assert not visitor.overflows()
    option.click()
    provider = live_world.departments["police"].pk
    expect(page).to_have_url(re.compile(f"/catalog/\\?provider={provider}$"))
    assert visitor.troubles == []
    visitor.context.close()
