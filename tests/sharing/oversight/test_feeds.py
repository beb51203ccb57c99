"""Calendars: written as RFC 5545 says, read with a secret, following when a date moves."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from portal import ical
from portal.errors import Invalid, NotAllowed, NotVisible
from sharing.feeds import addresses
from sharing.models import CalendarFeed, FeedEntry, ItemStage
from tests.world import World, sign, submitted_item

NOW = datetime(2026, 11, 25, 4, 5, 6, tzinfo=UTC)


def unfolded(body: bytes) -> list[str]:
    return body.decode().replace("\r\n ", "").split("\r\n")


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=200))
def test_lines_are_folded_and_texts_escaped(text: str):
    event = ical.Event(uid="u", on=date(2026, 12, 31), summary=text, changed_at=NOW)
    body = ical.calendar("日历", [event])
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert b"\n" not in body.replace(b"\r\n", b"")
    for line in body.split(b"\r\n"):
        line.decode()  # no character is torn apart
    summary = next(line for line in unfolded(body) if line.startswith("SUMMARY:"))
    plain = summary.removeprefix("SUMMARY:").replace("\\\\", "\0")
    plain = plain.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\0", "\\")
    line_breaks = text.replace("\r\n", "\n").replace("\r", "\n").encode(errors="replace").decode()
    kept = "".join(c for c in line_breaks if c in "\n\t" or (c >= " " and c != "\x7f"))
    assert plain == kept


def test_an_event_is_an_all_day_one():
    event = ical.Event(
        uid="a@b", on=date(2026, 12, 31), summary="x", changed_at=NOW, sequence=2, tentative=True
    )
    lines = unfolded(ical.calendar("c", [event]))
    assert "DTSTART;VALUE=DATE:20261231" in lines
    assert "DTEND;VALUE=DATE:20270101" in lines
    assert "LAST-MODIFIED:20261125T040506Z" in lines
    assert "SEQUENCE:2" in lines
    assert "STATUS:TENTATIVE" in lines
    assert lines[-2:] == ["END:VCALENDAR", ""]


def subscribe(world: World, person: str) -> str:
    _feed, clear = addresses.subscribe(
        official=world.people[person], name="电话", language="en", now=world.now
    )
    return clear


def fetch(clear: str, **headers: str):
    return Client().get(f"/calendars/{clear}.ics", headers=headers)


def test_the_calendar_of_a_signer(world: World):
    item = submitted_item(world)
    clear = subscribe(world, "office_head")
    assert CalendarFeed.objects.get().digest not in clear
    assert clear.split("_", 2)[2] not in str(CalendarFeed.objects.values())
    response = fetch(clear)
    assert response["Content-Type"].startswith("text/calendar")
    text = response.content.decode()
    number = item.application.number
    assert f"SUMMARY:review on the way {number}" in "\n".join(unfolded(response.content))
    assert item.version.title not in text
    assert item.application.department.name not in text
    assert item.stages.get(position=1).due_on.strftime("DATE:%Y%m%d") in text
    other = subscribe(world, "county_reviewer")
    assert number not in fetch(other).content.decode()
    sign(world, item, "office_head")
    assert number not in fetch(clear).content.decode()
    assert number in "".join(unfolded(fetch(other).content))


def test_unchanged_is_304_and_a_moved_date_has_the_next_sequence(world: World):
    item = submitted_item(world)
    clear = subscribe(world, "office_head")
    first = fetch(clear)
    again = fetch(clear, if_none_match=first["ETag"])
    assert again.status_code == 304
    assert fetch(clear).content == first.content
    uid = FeedEntry.objects.get().pk
    ItemStage.objects.filter(item=item, position=1).update(due_on=world.today + timedelta(days=9))
    moved = fetch(clear, if_none_match=first["ETag"])
    assert moved.status_code == 200
    lines = unfolded(moved.content)
    assert "SEQUENCE:1" in lines
    assert f"UID:{uid}" in lines
    assert FeedEntry.objects.get().sequence == 1


@pytest.mark.parametrize("wrong", ["x", "gc_12345678_abc", "gc__", "gs_a_b", "1" * 300])
def test_an_unknown_address_is_404(world: World, wrong: str):
    assert fetch(wrong).status_code == 404


def test_revoked_and_switched_off_is_404(world: World):
    clear, kept = subscribe(world, "clerk"), subscribe(world, "clerk")
    feed = CalendarFeed.objects.order_by("pk").first()
    with pytest.raises(NotVisible):
        addresses.revoke(by=world.people["stranger"], feed_id=feed.pk, now=world.now)
    addresses.revoke(by=world.people["clerk"], feed_id=feed.pk, now=world.now)
    assert fetch(clear).status_code == 404
    assert fetch(kept).status_code == 200
    world.people["clerk"].is_active = False
    world.people["clerk"].save(update_fields=["is_active"])
    assert fetch(kept).status_code == 404


def test_who_may_subscribe(world: World):
    with pytest.raises(NotAllowed):
        subscribe(world, "sysadmin")
    with pytest.raises(Invalid) as caught:
        addresses.subscribe(official=world.people["clerk"], name=" ", language="tlh", now=world.now)
    assert {fault.field for fault in caught.value.faults} == {"name", "language"}
    for _n in range(addresses.MOST):
        subscribe(world, "clerk")
    with pytest.raises(Invalid):
        subscribe(world, "clerk")


def test_a_provisional_date_says_so(world: World):
    item = submitted_item(world)
    clear = subscribe(world, "office_head")
    fetch(clear)
    ItemStage.objects.filter(item=item, position=1).update(provisional=True)
    lines = unfolded(fetch(clear).content)
    assert "STATUS:TENTATIVE" in lines
    assert any(line.endswith("(provisional)") for line in lines)
