"""The frame of the pages, the switches, the start page, health."""

from collections.abc import Iterator, Mapping

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone, translation

from portal import display, health, navigation
from portal.navigation import NavItem, Panel, register, register_panel
from portal.notices.models import Notice
from portal.organisation.models import Official, Role


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(navigation, "_items", {})
    monkeypatch.setattr(navigation, "_panels", {})
    register(NavItem("home", "Start", "home", 0))
    return


# --- display ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cookie", "pressed", "expected"),
    [
        ("", "type-large", {"type-large"}),
        ("type-large", "type-larger", {"type-larger"}),
        ("type-large.contrast", "type-normal", {"contrast"}),
        ("type-large", "contrast", {"type-large", "contrast"}),
        ("contrast", "contrast", set()),
        ("type-large", "evil", {"type-large"}),
        ('x" onload="x', "contrast", {"contrast"}),
    ],
)
@pytest.mark.django_db
def test_display_switch(client: Client, cookie: str, pressed: str, expected: set[str]):
    client.cookies[display.COOKIE] = cookie
    response = client.post("/display/", {"display": pressed, "next": "/help/"})
    assert response["Location"] == "/help/"
    assert set(filter(None, response.cookies[display.COOKIE].value.split("."))) == expected
    page = client.get("/help/").content.decode()
    shown = f'class="{" ".join(sorted(expected))}"' if expected else '<html lang="zh-Hans">'
    assert shown in page.partition("<head>")[0]


@pytest.mark.parametrize("url", ["/display/", "/language/"])
@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"]
)
@pytest.mark.django_db
def test_switches_lead_nowhere_else(client: Client, url: str, target: str):
    response = client.post(url, {"display": "contrast", "language": "en", "next": target})
    assert response["Location"] == "/"


def test_switches_need_a_post(client: Client):
    assert client.get("/display/").status_code == 405
    assert client.get("/language/").status_code == 405


@pytest.mark.django_db
def test_language_switch_keeps_the_choice(client: Client):
    response = client.post("/language/", {"language": "en", "next": "/help/"}, follow=True)
    assert '<html lang="en"' in response.content.decode()
    assert client.cookies["language"].value == "en"


def test_language_switch_is_kept_with_the_account(signed_in: Client, clerk: Official):
    signed_in.post("/language/", {"language": "en"})
    clerk.refresh_from_db()
    assert clerk.language == "en"
    signed_in.post("/language/", {"language": "tlh"})
    clerk.refresh_from_db()
    assert clerk.language == "en"


# --- frame -----------------------------------------------------------------------------------------
def test_frame_shows_who_is_signed_in(signed_in: Client, clerk: Official):
    for _ in range(3):
        Notice.objects.create(official=clerk, kind="x", created_at=timezone.now())
    Notice.objects.create(
        official=clerk, kind="x", created_at=timezone.now(), read_at=timezone.now()
    )
    page = signed_in.get("/").context["page"]
    assert page.official == clerk
    assert [post.department for post in page.posts] == ["江苏省数据局"]
    assert page.unread == 3


def test_frame_names_whose_portal_it_is(signed_in: Client):
    signed_in.cookies["language"] = "en"
    shown = signed_in.get("/help/").content.decode()
    assert "Jiangsu Data Bureau" in shown
    signed_in.cookies["language"] = "zh-hans"
    assert "江苏省数据局" in signed_in.get("/help/").content.decode()


@pytest.mark.django_db
def test_frame_of_a_visitor_names_no_pages(client: Client):
    page = client.get("/help/").context["page"]
    assert page.official is None
    assert page.nav == ()


def test_sign_out_is_a_post(signed_in: Client):
    assert signed_in.get("/account/sign-out/").status_code == 200
    assert signed_in.get("/").status_code == 200
    signed_in.post("/account/sign-out/")
    assert signed_in.get("/").status_code == 302


@pytest.mark.usefixtures("registry")
def test_navigation_shows_what_is_visible_in_order(signed_in: Client, clerk: Official):
    today = timezone.localdate()
    register(NavItem("late", "Late", "help", 20, count=lambda _: 4))
    register(NavItem("early", "Early", "accessibility", 10, count=lambda _: 0))
    register(
        NavItem(
            "audit",
            "Audit",
            "help",
            5,
            visible=lambda who: Role.AUDITADMIN in navigation.roles_of(who, today),
        )
    )
    nav = signed_in.get("/").context["page"].nav
    assert [(entry.label, entry.count) for entry in nav] == [
        ("Start", None),
        ("Early", None),
        ("Late", 4),
    ]
    current = '<a href="/help/" aria-current="page">Late'
    assert current in signed_in.get("/help/").content.decode()


@pytest.mark.usefixtures("registry")
def test_entries_of_one_kind_share_a_second_row(signed_in: Client):
    register(NavItem("work", "Work", "help", 10, count=lambda _: 1))
    register(NavItem("more", "More", "accessibility", 20, count=lambda _: 3, under=("no", "work")))
    register(NavItem("alone", "Alone", "home", 30, under=("nobody",)))
    response = signed_in.get("/accessibility/")
    nav = response.context["page"].nav
    assert [entry.key for entry in nav][1:] == ["work", "alone"]
    assert nav[1].waiting == 4
    assert [entry.label for entry in nav[1].below] == ["Work", "More"]
    page = response.content.decode()
    assert '<a href="/help/" aria-current="true">Work <span class="count">4</span>' in page
    assert '<a href="/accessibility/" aria-current="page">More <span class="count">3</span>' in page
    assert "More" not in signed_in.get("/account/password/change/").content.decode()


@pytest.mark.usefixtures("registry")
def test_a_key_is_given_once():
    item = NavItem("twice", "Twice", "home", 1)
    register(item)
    register(item)
    with pytest.raises(ImproperlyConfigured):
        register(NavItem("twice", "Other", "home", 1))
    panel = Panel("twice", 1, "main", "_notice.html", lambda _: {})
    register_panel(panel)
    with pytest.raises(ImproperlyConfigured):
        register_panel(Panel("twice", 2, "main", "_notice.html", lambda _: {}))


@pytest.mark.usefixtures("registry")
def test_home_shows_the_panels_that_have_something(signed_in: Client):
    def says(text: str) -> Mapping[str, str]:
        return {"text": text, "kind": "ok"}

    def nothing(request: HttpRequest) -> None:
        assert request.user.is_authenticated

    register_panel(Panel("b", 2, "main", "_notice.html", lambda _: says("the last one")))
    register_panel(Panel("a", 1, "main", "_notice.html", lambda _: says("first <b>")))
    register_panel(Panel("c", 3, "side", "_notice.html", nothing))
    shown = signed_in.get("/").content.decode()
    assert shown.index("first &lt;b&gt;") < shown.index("the last one")
    assert "columns--side" not in shown


@pytest.mark.usefixtures("registry")
def test_home_without_anything_says_so(signed_in: Client):
    with translation.override("en"):
        signed_in.cookies["language"] = "en"
        assert "Nothing is waiting for you" in signed_in.get("/").content.decode()


def test_every_registered_entry_has_an_address(signed_in: Client):
    assert signed_in.get("/").context["page"].nav


# --- health ----------------------------------------------------------------------------------------
def test_alive_asks_nothing(client: Client):
    response = client.get("/healthz")  # without the database mark any query would fail
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_ready_only_when_the_database_is_as_new_as_the_code(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(health, "_migrated", set())
    assert client.get("/readyz").json() == {"database": True, "migrations": True, "cache": True}
    monkeypatch.setattr(health, "_migrated", set())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["migrations"] is False


def test_the_frame_costs_few_queries(signed_in: Client, django_assert_max_num_queries):
    signed_in.get("/help/")
    with django_assert_max_num_queries(20):  # session 4, person and posts 3, place 1, counts 12
        signed_in.get("/help/")
