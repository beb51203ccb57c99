"""Letters through a real mail server: what they say, to whom, when, and how often."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.models import OutboxMessage
from portal.notices import delivering, fanning, preferences, reasons
from portal.notices.models import Message, Notice, Preferences
from portal.organisation.models import Official

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("addresses")]
SETTINGS = reverse("notices:settings")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.get_default_timezone())


def run(now: datetime) -> list[str]:
    """What beat and a worker do: plan, bundle, send what is due."""
    fanning.look_after(now)
    due = Message.objects.filter(status="waiting", due_at__lte=now).order_by("pk")
    return [delivering.deliver(pk, clock=lambda: now) for pk in due.values_list("pk", flat=True)]


def choose(official: Official, **choices: object) -> None:
    now = timezone.now()
    preferences.save(by=official, chosen=Preferences(official=official, **choices), now=now)


def test_a_letter_names_numbers_departments_and_the_link_but_never_the_rest(world, post, tell):
    tell("clerk")

    assert run(world.now) == ["sent"]

    ((receiver, letter),) = post.letters
    text = letter["Subject"] + letter.get_content()
    assert receiver == "clerk@gov.example"
    assert "https://share.example/tasks/1/" in text
    assert "GS-1" in text
    assert "虹桥街道办事处" in text
    for secret in ("常住人口", "张三", "320106"):
        assert secret not in text
    assert letter["Auto-Submitted"] == "auto-generated"
    assert run(world.now) == []


def test_it_is_in_the_language_of_the_receiver(world, post, tell):
    Official.objects.filter(pk=world.people["colleague"].pk).update(language="en")
    tell("clerk", "colleague")

    run(world.now)

    texts = {receiver: letter.get_content() for receiver, letter in post.letters}
    assert "Open it in the portal" in texts["colleague@gov.example"]
    assert "Open it in the portal" not in texts["clerk@gov.example"]


def test_quiet_hours_hold_letters_back_and_send_them_together(world, post, tell):
    choose(world.people["clerk"], quiet_from="22:00", quiet_until="07:00")
    night = local("2026-12-31 23:00")
    tell("clerk", now=night)
    tell("clerk", kind="item.consented", now=night + timedelta(minutes=30))

    assert run(night + timedelta(hours=1)) == []
    assert run(local("2027-01-01 07:00")) == ["sent"]

    ((_receiver, letter),) = post.letters
    assert letter.get_content().count("https://share.example/tasks/1/") == 2


def test_urgent_notices_pass_quiet_hours_and_digests(world, post, tell):
    choose(world.people["clerk"], quiet_from="22:00", quiet_until="07:00", digest="weekly")
    night = local("2026-11-23 23:00")
    tell("clerk", kind="item.overdue", now=night)
    tell("clerk", now=night)

    assert run(night) == ["sent"]
    assert len(post.letters) == 1


def test_a_daily_letter_lists_all_of_them(world, post, tell):
    choose(world.people["clerk"], digest="daily", digest_hour=9)
    morning = local("2026-11-23 10:00")
    for minute in range(105):
        tell("clerk", now=morning + timedelta(minutes=minute))

    assert run(morning + timedelta(hours=8)) == []
    assert run(local("2026-11-24 09:00")) == ["sent"]

    ((_receiver, letter),) = post.letters
    assert "105" in letter["Subject"]
    assert letter.get_content().count("· 2026-11-23") == 100


def test_nobody_gets_what_they_do_not_want(world, post, tell):
    choose(world.people["clerk"], unmailed=["item"])
    choose(world.people["colleague"], mail=False)
    Official.objects.filter(pk=world.people["office_head"].pk).update(email="")
    Official.objects.filter(pk=world.people["steward"].pk).update(is_active=False)
    tell("clerk", "colleague", "office_head", "steward")

    assert run(world.now) == []
    assert Notice.objects.filter(fanned_out=True).count() == 4


def test_without_a_mail_server_nothing_is_planned(world, settings, tell):
    settings.SEND_MAIL = False
    tell("clerk")

    assert run(world.now) == []
    assert not Notice.objects.filter(mail_due_at__isnull=False).exists()


def test_a_muted_group_is_listed_but_not_new(world, tell):
    choose(world.people["clerk"], muted=["followed"])

    (muted,) = tell("clerk", kind="followed.changed")
    (required,) = tell("clerk")

    assert muted.read_at == world.now
    assert required.read_at is None


def test_a_refused_receiver_is_given_up_at_once_a_busy_server_later(world, post, tell):
    tell("clerk")
    post.to_receiver = b"450 busy"
    assert run(world.now) == ["waiting"]
    message = Message.objects.get()
    assert (message.reason, message.attempts) == ("smtp", 1)
    assert message.due_at >= world.now + timedelta(seconds=30)
    assert OutboxMessage.objects.filter(task="notices.deliver", due_at=message.due_at).exists()

    post.to_receiver = b"550 unknown"
    assert run(message.due_at) == ["dead"]
    message.refresh_from_db()
    assert (message.reason, message.detail) == ("refused", "550")
    assert reasons.words_of(message.reason)[1]


def test_a_server_that_is_gone_is_tried_until_the_budget_is_spent(world, settings, post, tell):
    settings.EMAIL_PORT = 9  # discard: nobody listens
    settings.NOTICE_ATTEMPTS = 3
    tell("clerk")
    states, now = [], world.now
    for _round in range(5):
        states += run(now)
        now += timedelta(hours=2)

    assert states == ["waiting", "waiting", "dead"]


def test_a_killed_worker_loses_nothing_and_the_letter_keeps_its_id(world, post, tell):
    tell("clerk")
    fanning.look_after(world.now)
    message = Message.objects.get()
    assert delivering._take(message.pk, world.now)  # and dies

    assert delivering.deliver(message.pk, clock=lambda: world.now) == ""  # in another's hand
    fanning.look_after(world.now + timedelta(minutes=4))
    assert OutboxMessage.objects.count() == 1
    later = world.now + delivering.LEASE + timedelta(seconds=1)
    fanning.look_after(later)
    assert OutboxMessage.objects.count() == 2  # woken again
    assert delivering.deliver(message.pk, clock=lambda: later) == "sent"
    assert str(message.key) in post.letters[0][1]["Message-ID"]


def test_workers_that_always_die_do_not_try_for_ever(world, settings, post, tell):
    settings.NOTICE_ATTEMPTS = 2
    tell("clerk")
    fanning.look_after(world.now)
    pk, now = Message.objects.get().pk, world.now
    for _death in range(2):
        assert delivering._take(pk, now)
        now += delivering.LEASE

    assert delivering.deliver(pk, clock=lambda: now) == "dead"
    assert Message.objects.get().reason == "lost"
    assert not post.letters


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_letter(world, post, tell):
    tell("clerk", "colleague")
    fanning.look_after(world.now)
    pk = Message.objects.order_by("pk").first().pk
    barrier, states = threading.Barrier(2), []

    def work() -> None:
        barrier.wait()
        states.append(delivering.deliver(pk, clock=lambda: world.now))
        connection.close()

    threads = [threading.Thread(target=work) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(states) == ["", "sent"]
    assert len(post.letters) == 1


def test_telling_very_many_is_one_insert(world, post, django_assert_max_num_queries):
    people = Official.objects.bulk_create(
        Official(username=f"many{n}", full_name="众", email=f"m{n}@gov.example")
        for n in range(4_500)
    )
    from portal.notices import actions

    with django_assert_max_num_queries(3):
        actions.notify("item.to_know", officials=people, params={}, url="/", now=world.now)
    with django_assert_max_num_queries(40):
        while fanning.fan_out(world.now):
            pass
    assert Notice.objects.filter(mail_due_at=world.now).count() == 4_500


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "quiet_until"),
        ({"digest": "hourly"}, "digest"),
        ({"digest_hour": "24"}, "digest_hour"),
        ({"mailed": ["nothing"]}, "mailed"),
        ({"counted": ["item"]}, "counted"),  # always counts
    ],
)
def test_choices_that_make_no_sense_are_explained(world, sent, fault):
    client = Client()
    client.force_login(world.people["clerk"])
    content = {"mail": "on", "digest": "now", "digest_hour": "9", "digest_weekday": "0", **sent}

    answer = client.post(SETTINGS, content)

    assert answer.status_code == 422
    assert fault in answer.context["form"].errors
    assert not Preferences.objects.exists()


def test_choices_are_kept(world):
    client = Client()
    client.force_login(world.people["clerk"])
    content = {
        "mail": "on", "digest": "weekly", "digest_hour": "8", "digest_weekday": "4",
        "mailed": ["item"], "counted": [], "quiet_from": "21:30", "quiet_until": "06:00",
    }  # fmt: skip

    assert client.post(SETTINGS, content).status_code == 302

    kept = Preferences.objects.get(official=world.people["clerk"])
    assert (kept.digest, kept.digest_hour, kept.digest_weekday) == ("weekly", 8, 4)
    assert "item" not in kept.unmailed
    assert {"grant", "followed"} <= set(kept.unmailed)
    assert "followed" in kept.muted
    assert "item" not in kept.muted
    assert client.get(SETTINGS).context["form"].initial["mailed"] == ["item"]
