"""Texts of letters: what they may hold, their versions, the way back."""

import pytest
from django.test import Client
from django.urls import reverse

from portal.errors import Invalid, NotVisible, Stale
from portal.ledger.models import Entry
from portal.notices import kinds, outside, wording
from portal.notices.models import MailText
from tests.portal.notices.test_letters import run

pytestmark = pytest.mark.django_db
KIND = "item.refused"
PAGE = reverse("notices:text", args=[KIND, "zh-hans"])


def save(world, subject="编号 %(number)s", body="请查看 %(link)s", seen=0, **facts: object):
    content = {"kind": KIND, "language": "zh-hans", "now": world.now, **facts}
    return wording.save_text(
        by=world.people["sysadmin"], subject=subject, body=body, seen=seen, **content
    )


def test_a_changed_text_is_what_goes_out(world, post, addresses, tell):
    save(
        world,
        subject="%(portal)s 100%% %(number)s",
        body="%(when)s %(due)s".replace("%(due)s", "") + "%(link)s",
    )
    tell("clerk", kind=KIND)

    run(world.now)

    ((_receiver, letter),) = post.letters
    assert letter["Subject"].endswith("100% GS-1")
    assert "https://share.example/tasks/1/" in letter.get_content()


def test_all_faults_are_named_at_once(world):
    with pytest.raises(Invalid) as error:
        save(world, subject="%(titel)s\n%d", body="%(reason)s %(title)s 100 % of %(number)s")

    codes = [(fault.field, fault.code) for fault in error.value.faults]
    assert codes == [
        ("subject", "lines"), ("subject", "unknown"), ("subject", "broken"),
        ("body", "withheld"), ("body", "withheld"), ("body", "broken"), ("body", "invalid"),
    ]  # fmt: skip
    assert all(fault.remedy for fault in error.value.faults)
    assert not MailText.objects.exists()


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("", "%(link)s"),
        (" ", "%(link)s"),
        ("a", ""),
        ("a" * 201, "%(link)s"),
        ("a", "%(link)s" * 700),
    ],
)
def test_empty_and_endless_texts_are_refused(world, subject, body):
    with pytest.raises(Invalid):
        save(world, subject=subject, body=body)


def test_versions_follow_each_other_and_lead_back(world):
    save(world)
    save(world, subject="二", seen=1)
    with pytest.raises(Stale):
        save(world, subject="三", seen=1)
    assert wording.in_force(KIND, "zh-hans").subject == "二"
    assert wording.in_force(KIND, "en").shipped

    wording.reset_text(
        by=world.people["sysadmin"], kind=KIND, language="zh-hans", seen=2, now=world.now
    )

    assert wording.in_force(KIND, "zh-hans").shipped
    assert wording.in_force(KIND, "zh-hans").version == 3
    assert [row.version for row in MailText.objects.all()] == [3, 2, 1]
    kinds_written = Entry.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds_written) == [
        "notice_text.changed",
        "notice_text.changed",
        "notice_text.reset",
    ]


@pytest.mark.parametrize(("kind", "language"), [("no.such", "en"), (KIND, "fr")])
def test_there_are_no_texts_of_other_kinds_and_languages(world, kind, language):
    with pytest.raises(NotVisible):
        save(world, kind=kind, language=language)


def test_the_page_previews_saves_and_resets(world):
    client = Client()
    client.force_login(world.people["sysadmin"])
    entered = {"subject": "编号 %(number)s", "body": "见 %(link)s", "seen": 0}

    seen = client.post(PAGE, {**entered, "preview": "1"})
    assert "编号 GS-2026-000123" in seen.content.decode()
    assert not MailText.objects.exists()
    wrong = client.post(PAGE, {**entered, "subject": "%(title)s", "save": "1"})
    assert wrong.status_code == 422
    assert "%(title)s" in wrong.content.decode()
    assert client.post(PAGE, {**entered, "save": "1"}).status_code == 302
    stale = client.post(PAGE, {**entered, "save": "1"})
    assert stale.status_code == 422
    assert client.post(PAGE, {**entered, "seen": 1, "reset": "1"}).status_code == 302
    assert wording.in_force(KIND, "zh-hans").shipped


@pytest.mark.parametrize("kind", kinds.known())
def test_every_shipped_text_is_sound_and_lets_nothing_out(kind):
    for language in ("zh-hans", "en"):
        text = wording.shipped(language)
        assert wording.faults_of(kind, text.subject, text.body) == []
        params = dict.fromkeys(outside.withheld_of(kind), "SECRET") | wording.EXAMPLES
        subject, body = wording.render(kind, text, params, url="/x/", when="")
        assert "SECRET" not in subject + body
        assert "%(" not in subject + body


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x", ""]
)
def test_links_lead_to_the_portal_only(settings, url):
    settings.PORTAL_ADDRESS = "https://share.example"
    assert outside.link_to(url) == "https://share.example/"
