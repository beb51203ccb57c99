"""Webhooks: signed calls, never to where they may not go, repeated and given up."""

import hashlib
import hmac
import json
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from portal.errors import Invalid
from portal.ledger.models import Entry
from portal.notices import keeping
from portal.notices.models import Message, Webhook
from tests.portal.notices.test_letters import run

pytestmark = pytest.mark.django_db


def add(world, url: str, **facts: object) -> tuple[Webhook, str]:
    row = Webhook(department=world.departments["subdistrict"], name="oa", url=url, **facts)
    return keeping.create_webhook(by=world.people["sysadmin"], webhook=row, now=world.now)


@pytest.mark.parametrize("algorithm", Webhook.Algorithm.values)
def test_a_call_can_be_checked_and_holds_no_data(world, web, tell, algorithm):
    hook, secret = add(world, web.url, algorithm=algorithm)
    tell("clerk", "colleague", "steward")

    assert run(world.now) == ["sent"]  # one for the department, none for others

    ((path, headers, body),) = web.calls
    name = algorithm.removeprefix("hmac-")
    facts = [headers[f"GovShare-{one}"] for one in ("Id", "Key", "Time", "Nonce", "Digest")]
    signed = "\n".join(("govshare-notice-v1", "POST", path, *facts)).encode()
    mark = hmac.new(secret.encode(), signed, name).hexdigest()
    assert headers["GovShare-Signature"] == f"{algorithm}={mark}"
    assert facts[-1].partition("=")[2] == hashlib.new(name, body).hexdigest()
    assert facts[1] == hook.key_id
    told = json.loads(body)
    assert told["kind"] == "item.to_sign"
    assert told["number"] == "GS-1"
    assert told["departments"] == {"department": "虹桥街道办事处"}
    assert told["link"] == "https://share.example/tasks/1/"
    for kept in ("常住人口", "张三", "320106"):
        assert kept not in body.decode()


def test_the_secret_is_kept_encrypted_and_shown_once(world, web):
    hook, secret = add(world, web.url)

    assert secret.encode() not in bytes(Webhook.objects.get().secret)
    assert secret not in json.dumps(list(Entry.objects.values_list("data", flat=True)))
    client = Client()
    client.force_login(world.people["sysadmin"])
    assert secret not in client.get(reverse("notices:webhook", args=[hook.pk])).content.decode()
    renewed = client.post(reverse("notices:webhook_secret", args=[hook.pk]))
    hook.refresh_from_db()
    assert renewed.context["secret"] != secret
    assert hook.key_id in renewed.content.decode()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/",  # not listed
        "http://localhost/",
        "http://169.254.169.254/latest/",
        "http://10.0.0.8/",
        "http://[::1]/",
        "http://2130706433/",
        "ftp://127.0.0.1/",
        "https://user:secret@example.org/",
        "https://exa mple.org/",
        "https://example.org:port/",
        "//example.org/",
        "",
    ],
)
def test_addresses_outside_the_list_are_refused(world, settings, url):
    settings.NOTICE_HOSTS = ["hooks.example.gov", "192.168.0.0/16"]

    with pytest.raises(Invalid) as error:
        add(world, url)

    assert error.value.by_field()["url"]
    assert not Webhook.objects.exists()


def test_a_listed_name_that_leads_to_the_loopback_is_refused_when_it_is_called(
    world, web, settings, tell, monkeypatch
):
    add(world, web.url)
    settings.NOTICE_HOSTS = ["hooks.example.gov"]
    place = ("127.0.0.1", int(web.url.split(":")[2].partition("/")[0]))
    monkeypatch.setattr(  # the name server is the attacker's
        "portal.hosts.socket.getaddrinfo", lambda *_args, **_kwargs: [(2, 1, 6, "", place)]
    )
    Webhook.objects.update(url=f"http://hooks.example.gov:{place[1]}/")
    tell("clerk")

    assert run(world.now) == ["dead"]
    assert Message.objects.get().reason == "host_not_allowed"
    assert not web.calls


def test_redirects_are_never_followed(world, web, tell):
    add(world, web.url)
    tell("clerk")

    def elsewhere(request) -> None:
        request.send_response(307)
        request.send_header("Location", "http://127.0.0.1/admin/")
        request.end_headers()

    web.answer = elsewhere

    assert run(world.now) == ["dead"]
    message = Message.objects.get()
    assert (message.reason, message.detail) == ("moved", "307")
    assert len(web.calls) == 1


def garbage(request) -> None:
    request.wfile.write(b"\x00\xff nothing of HTTP\r\n\r\n")


def endless_headers(request) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500)


def drop_by_drop(request) -> None:
    try:
        for _drop in range(200):
            request.wfile.write(b"H")
            request.wfile.flush()
            time.sleep(0.02)
    except OSError:
        pass


def error(request) -> None:
    request.send_response(500, "<script>alert(1)</script>")
    request.end_headers()
    request.wfile.write(b"secret text" * 1000)


def hang_up(request) -> None:
    request.connection.close()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (garbage, "garbled"),
        (endless_headers, "garbled"),
        (drop_by_drop, "timeout"),
        (error, "status"),
        (hang_up, "unreachable"),
    ],
)
def test_forged_answers_are_failures_and_nothing_of_them_is_kept(
    world, web, settings, tell, answer, reason
):
    settings.NOTICE_TIMEOUT_SECONDS = 0.3
    add(world, web.url)
    tell("clerk")
    web.answer = answer

    assert run(world.now) == ["waiting"]

    message = Message.objects.get()
    assert message.reason == reason
    assert "script" not in message.detail


def test_it_is_tried_again_under_the_same_id_and_given_up_in_the_end(world, web, settings, tell):
    settings.NOTICE_ATTEMPTS = 3
    add(world, web.url)
    tell("clerk")
    web.answer = error
    states, now, pauses = [], world.now, []
    for _round in range(4):
        states += run(now)
        pauses.append(Message.objects.get().due_at - now)
        now += timedelta(hours=2)

    assert states == ["waiting", "waiting", "dead"]
    assert timedelta(seconds=30) <= pauses[0] <= timedelta(seconds=45)
    assert timedelta(seconds=60) <= pauses[1] <= timedelta(seconds=90)
    assert len({headers["GovShare-Id"] for _path, headers, _body in web.calls}) == 1
    assert len({headers["GovShare-Nonce"] for _path, headers, _body in web.calls}) == 3
    assert len({body for _path, _headers, body in web.calls}) == 1

    web.answer = None
    client = Client()
    client.force_login(world.people["sysadmin"])
    page = client.get(reverse("notices:given_up")).content.decode()
    assert "oa" in page
    assert "(500)" in page
    pk = Message.objects.get().pk
    assert (
        client.post(reverse("notices:settle"), {"message": pk, "do": "resend"}).status_code == 302
    )
    assert run(Message.objects.get().due_at) == ["sent"]
    assert Entry.objects.filter(kind="message.resent", object_id=str(pk)).exists()


def test_what_is_discarded_stays_so(world, web, settings, tell):
    settings.NOTICE_ATTEMPTS = 1
    add(world, web.url)
    tell("clerk")
    web.answer = error
    run(world.now)
    pk = Message.objects.get().pk

    keeping.discard(by=world.people["sysadmin"], ids=[pk], now=world.now)

    with pytest.raises(Exception, match="None of these"):
        keeping.resend(by=world.people["sysadmin"], ids=[pk], now=world.now)
    assert run(world.now + timedelta(days=1)) == []


def test_only_chosen_groups_and_only_while_in_use(world, web, tell):
    hook, _secret = add(world, web.url, groups=["grant"])
    tell("clerk")
    assert run(world.now) == []
    tell("clerk", kind="grant.active")
    hook.is_active = False
    hook.save(update_fields=["is_active"])
    assert run(world.now) == []
    assert not web.calls


def test_switching_it_off_stops_what_waits(world, web, tell):
    add(world, web.url)
    tell("clerk")
    web.answer = error
    run(world.now)
    Webhook.objects.update(is_active=False)

    assert run(world.now + timedelta(hours=1)) == ["discarded"]
    assert len(web.calls) == 1


def test_planning_twice_calls_once(world, web, tell):
    add(world, web.url)
    notices = tell("clerk", "colleague")
    run(world.now)
    type(notices[0]).objects.update(fanned_out=False)

    run(world.now)

    assert Message.objects.count() == 1
    assert len(web.calls) == 1


PAGES = [
    ("notices:webhooks", []), ("notices:webhook_new", []), ("notices:given_up", []),
    ("notices:texts", []), ("notices:text", ["item.to_sign", "en"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args"), PAGES)
def test_only_the_system_administrator_keeps_the_channels(world, name, args):
    for key, status in (("sysadmin", 200), ("secadmin", 404), ("clerk", 404), ("auditadmin", 404)):
        client = Client()
        client.force_login(world.people[key])
        assert client.get(reverse(name, args=args)).status_code == status, key


def test_the_page_names_all_faults_and_keeps_what_was_entered(world, settings):
    settings.NOTICE_HOSTS = []
    client = Client()
    client.force_login(world.people["sysadmin"])
    answer = client.post(
        reverse("notices:webhook_new"),
        {"place": "不存在的单位", "name": "", "url": "nowhere", "algorithm": "md5"},
    )

    assert answer.status_code == 422
    assert {"place", "name", "algorithm"} <= set(answer.context["form"].errors)
    assert "nowhere" in answer.content.decode()


def test_a_webhook_is_added_and_changed_by_the_page(world, web):
    client = Client()
    client.force_login(world.people["sysadmin"])
    content = {
        "place": "虹桥街道办事处", "name": "oa", "url": web.url, "algorithm": "hmac-sm3",
        "groups": ["item"], "is_active": "on",
    }  # fmt: skip

    assert "secret" in client.post(reverse("notices:webhook_new"), content).context
    again = client.post(reverse("notices:webhook_new"), content)
    assert "name" in again.context["form"].errors
    hook = Webhook.objects.get()
    assert (hook.department, hook.groups) == (world.departments["subdistrict"], ["item"])
    changed = client.post(
        reverse("notices:webhook", args=[hook.pk]), {**content, "groups": [], "name": "oa 2"}
    )
    hook.refresh_from_db()
    assert (changed.status_code, hook.name, hook.groups) == (302, "oa 2", [])
    assert Entry.objects.filter(kind="webhook.changed").exists()
