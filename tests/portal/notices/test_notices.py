"""Notices: told once, read by their reader only, in the reader's language."""

from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy

from portal.errors import NotVisible
from portal.notices import access, actions, kinds
from portal.notices.models import Notice
from tests.world import World

pytestmark = pytest.mark.django_db

LIST = reverse("notices:list")


@pytest.fixture(autouse=True)
def test_kinds() -> Iterator[None]:
    before = dict(kinds._kinds)
    kinds.register("test.said", gettext_lazy("%(name)s said %(count)s words"))
    kinds.register(
        "test.coded",
        "code %(code)s",
        lambda params: {**params, "code": str(params["code"]).upper()},
    )
    yield
    kinds._kinds.clear()
    kinds._kinds.update(before)


def tell(world: World, *people: str, **facts: object) -> list[Notice]:
    content = {
        "params": {"name": "王建国", "count": 3},
        "url": "/catalog/",
        "now": world.now,
        **facts,
    }
    return actions.notify(
        str(content.pop("kind", "test.said")),
        officials=[world.people[key] for key in people],
        **content,
    )


def sign_in(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


def test_everybody_is_told_once(world: World):
    tell(world, "clerk", "office_head", "clerk")

    assert access.unread_count(world.people["clerk"]) == 1
    assert access.unread_count(world.people["office_head"]) == 1
    assert access.unread_count(world.people["steward"]) == 0


def test_an_unknown_kind_is_a_mistake_of_the_program(world: World):
    with pytest.raises(ValueError, match=r"no\.such"):
        tell(world, "clerk", kind="no.such")


def test_two_texts_for_one_kind_are_a_mistake_too():
    with pytest.raises(ImproperlyConfigured):
        kinds.register("test.said", "another text")


def test_texts_are_made_when_they_are_read(world: World):
    (notice,) = tell(world, "clerk")
    (coded,) = tell(world, "clerk", kind="test.coded", params={"code": "timeout"})

    with translation.override("en"):
        assert notice.text == "王建国 said 3 words"
    assert coded.text == "code TIMEOUT"


@pytest.mark.parametrize("params", [{}, {"name": "100%"}, {"name": "%(count)s", "other": 1}])
def test_old_notices_break_no_page(world: World, params):
    Notice.objects.create(
        official=world.people["clerk"], kind="test.said", params=params, created_at=world.now
    )
    Notice.objects.create(official=world.people["clerk"], kind="test.gone", created_at=world.now)

    text = sign_in(world, "clerk").get(LIST).content.decode()

    assert "test.gone" in text


def test_everybody_sees_their_own(world: World):
    tell(world, "clerk")

    assert len(sign_in(world, "clerk").get(LIST).context["page_obj"]) == 1
    assert len(sign_in(world, "colleague").get(LIST).context["page_obj"]) == 0


def test_opening_marks_it_read_and_leads_on(world: World):
    (notice,) = tell(world, "clerk")
    client = sign_in(world, "clerk")
    assert client.get(reverse("notices:read", args=[notice.pk])).status_code == 405

    answer = client.post(reverse("notices:read", args=[notice.pk]))

    assert (answer.status_code, answer.url) == (302, "/catalog/")
    notice.refresh_from_db()
    first = notice.read_at
    assert first
    client.post(reverse("notices:read", args=[notice.pk]))
    notice.refresh_from_db()
    assert notice.read_at == first


@pytest.mark.parametrize(
    "url", ["https://example.org/", "//example.org", "javascript:alert(1)", ""]
)
def test_it_leads_nowhere_else(world: World, url: str):
    (notice,) = tell(world, "clerk", url=url)

    assert sign_in(world, "clerk").post(reverse("notices:read", args=[notice.pk])).url == LIST


def test_somebody_else_s_notice_does_not_exist(world: World):
    (notice,) = tell(world, "clerk")

    with pytest.raises(NotVisible):
        actions.mark_read(by=world.people["colleague"], notice_id=notice.pk, now=world.now)
    assert (
        sign_in(world, "colleague").post(reverse("notices:read", args=[notice.pk])).status_code
        == 404
    )
    notice.refresh_from_db()
    assert notice.read_at is None


def test_marking_all_touches_only_one_s_own(world: World):
    tell(world, "clerk", "colleague")
    tell(world, "clerk")

    assert sign_in(world, "clerk").post(reverse("notices:read_all")).status_code == 302

    assert access.unread_count(world.people["clerk"]) == 0
    assert access.unread_count(world.people["colleague"]) == 1


def test_visitors_are_asked_to_sign_in(client: Client):
    assert client.get(LIST).status_code == 302


def test_markup_in_params_stays_text(world: World):
    tell(world, "clerk", params={"name": "<script>alert(1)</script>", "count": 1})

    assert "<script>alert" not in sign_in(world, "clerk").get(LIST).content.decode()


def test_only_what_is_asked_for_is_listed_and_marked(world: World):
    (first,) = tell(world, "clerk")
    (second,) = tell(world, "clerk", kind="search.one_new", params={})
    (theirs,) = tell(world, "colleague")
    client = sign_in(world, "clerk")

    def shown(**query: str) -> list[int]:
        return [notice.pk for notice in client.get(LIST, query).context["page_obj"]]

    assert shown() == [second.pk, first.pk]
    assert shown(about="search") == [second.pk]
    assert shown(about="other") == [first.pk]
    assert shown(about="no such") == []
    ticked = {"notice": [first.pk, theirs.pk, "x", "9" * 30]}
    assert client.post(reverse("notices:read_some"), ticked).status_code == 302
    assert shown(only="new") == [second.pk]
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_home_shows_what_is_new(world: World):
    tell(world, "clerk")

    shown = sign_in(world, "clerk").get(reverse("home")).content.decode()
    assert "王建国 said 3 words" in shown
    assert "王建国 said" not in sign_in(world, "colleague").get(reverse("home")).content.decode()
