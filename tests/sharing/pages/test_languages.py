"""No page mixes languages: no English of ours in Chinese pages, no Chinese but data in English."""

import html
import re
from functools import cache
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.urls import reverse

from sharing import actions
from sharing.models import Delivery
from sharing.presenting import samples
from tests.sharing.pages.conftest import Enter
from tests.world import FIELDS, ITEMS, World, draft_application, sign, submitted_item

PO = Path(settings.BASE_DIR) / "locale/zh_Hans/LC_MESSAGES/django.po"
SHORTEST = 12
"""English texts of at least this length do not occur by chance."""
CHINESE = re.compile(r"[\u3400-\u9fff]+")
SWITCH = {"中文", "简体中文"}
TYPED = ("use_basis", "use_scenario", "use_scope")


@cache
def english() -> list[str]:
    """Pieces of the English texts, without their placeholders."""
    pieces = set()
    for entry in polib.pofile(str(PO)):
        for text in filter(None, (entry.msgid, entry.msgid_plural)):
            pieces |= {piece.strip() for piece in re.split(r"%\(\w+\)[sd]|\{\w*\}", text)}
    return sorted(piece for piece in pieces if len(piece) >= SHORTEST and " " in piece)


def words_of(page: str) -> str:
    """What a reader sees or hears: texts and labels, neither scripts nor addresses."""
    page = re.sub(r"(?s)<(script|style|svg)\b.*?</\1>", " ", page)
    labels = re.findall(r'(?:aria-label|alt|placeholder|data-label|title)="([^"]*)"', page)
    return html.unescape(" ".join([re.sub(r"(?s)<[^>]*>", " ", page), *labels]))


@pytest.fixture
def pages(attached: World, delivery: Delivery) -> dict[str, list[str]]:
    """Addresses of every page in a telling state, by who looks at it."""
    world = attached
    grant = delivery.grant
    sendable = actions.draft(
        by=world.people["county_clerk"],
        department=world.departments["county_civil"],
        resource=world.resource,
        fields=FIELDS,
        content=world.application(row_region=world.regions["chongchuan"].code),
        now=world.now,
    )
    draft = draft_application(world)
    waiting = submitted_item(world)
    sign(world, waiting, "office_head")
    drafts = ("tasks", "purpose", "items", "use", "application_check")
    lists = [reverse(f"sharing:{name}") for name in ("applications", "inbox", "grants")]
    case = reverse("sharing:application", args=[waiting.application_id])
    return {
        "clerk": [
            "/", *lists, case,
            *(reverse(f"sharing:{name}", args=[draft.pk]) for name in drafts),
            reverse("sharing:apply", args=[world.resource.pk]),
            reverse("sharing:submitted", args=[waiting.application_id]),
            reverse("sharing:supplement", args=[waiting.application_id]),
            reverse("sharing:application", args=[grant.item.application_id]),
            reverse("sharing:review", args=[waiting.pk]),
            reverse("sharing:grant", args=[grant.pk]),
            reverse("sharing:delivery", args=[delivery.pk]),
        ],
        "county_clerk": [
            reverse(f"sharing:{name}", args=[sendable.pk]) for name in drafts
        ],
        "county_reviewer": [
            "/", *lists, case, reverse("sharing:review", args=[waiting.pk]),
            *(reverse("sharing:casework", args=[waiting.pk, name]) for name in actions.CASEWORK),
        ],
        "steward": ["/", *lists, reverse("sharing:grant", args=[grant.pk])],
    }  # fmt: skip


def test_chinese_pages_say_nothing_in_english(pages: dict[str, list[str]], enter: Enter):
    leftover = {}
    for person, paths in pages.items():
        client = enter(person, "zh-hans")
        for path in paths:
            text = " ".join(words_of(client.get(path).text).split())
            if found := [piece for piece in english() if piece in text]:
                leftover[path] = found
    assert leftover == {}


def test_the_other_language_would_be_noticed(world: World, enter: Enter):
    page = words_of(enter("clerk", "en").get("/").text)
    assert {"My applications", "Nothing granted yet."} <= {
        piece for piece in english() if piece in page
    }
    assert CHINESE.search(words_of(enter("clerk", "zh-hans").get("/").text))


def test_english_pages_say_only_data_in_chinese(
    attached: World, pages: dict[str, list[str]], enter: Enter
):
    data = known_data(attached)
    leftover = {}
    for person, paths in pages.items():
        client = enter(person, "en")
        for path in paths:
            text = words_of(client.get(path).text)
            for known in data:
                text = text.replace(known, " ")
            if found := set(CHINESE.findall(text)):
                leftover[path] = found
    assert leftover == {}


def known_data(world: World) -> list[str]:
    """Everything that was entered in Chinese, longest first."""
    content = world.application()
    texts = {
        *SWITCH,
        *(region.name for region in world.regions.values()),
        *(department.name for department in world.departments.values()),
        *(official.full_name for official in world.people.values()),
        *(str(content[name]) for name in TYPED),
        *(item[1] for item in ITEMS),
        *(entry.live.title for entry in (world.resource, world.address)),
        *(entry.live.sharing_condition for entry in (world.resource, world.address)),
        *(view.sample for view in samples.item_views(world.resource.live.items.all())),
    }
    return sorted(texts, key=len, reverse=True)
