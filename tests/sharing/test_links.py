"""Downloads: expiring, bound to file and person, checked at every step."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core import signing
from django.utils import timezone

from catalog.access import take
from catalog.actions import withdraw
from catalog.models import DataSource
from portal.errors import Forbidden, NotAllowed, NotVisible, PortalError
from portal.ledger.models import Entry
from sharing import grants, links
from sharing.models import Delivery, DeliveryFile
from sharing.pulling import request_pull, run
from tests.world import World, granted


@pytest.fixture
def delivery(attached: World) -> Delivery:
    grant = granted(attached)
    pull = request_pull(by=attached.people["clerk"], grant_id=grant.pk, now=attached.now)
    delivery = run(pull.pk, clock=timezone.now)
    assert delivery is not None
    return delivery


@pytest.fixture
def file(delivery: Delivery) -> DeliveryFile:
    return delivery.files.get(format="csv")


def fetch(world: World, file: DeliveryFile, by: str = "clerk") -> bytes:
    link = links.make(file, world.people[by], world.now)
    return b"".join(links.open(link, world.people[by], world.now).chunks)


def refusal(world: World, file: DeliveryFile, by: str = "clerk") -> str:
    with pytest.raises(PortalError) as error:
        fetch(world, file, by)
    assert not Entry.objects.filter(kind="delivery.downloaded").exists()
    return error.value.reason


def test_download_is_the_file_and_is_recorded(attached: World, file: DeliveryFile):
    assert hashlib.sha256(fetch(attached, file)).hexdigest() == file.sha256
    entry = Entry.objects.get(kind="delivery.downloaded")
    assert entry.actor == attached.people["clerk"]
    assert entry.data["sha256"] == file.sha256
    assert fetch(attached, file, by="office_head")


def test_manifest_and_signature_can_be_had(attached: World, delivery: Delivery):
    assert fetch(attached, delivery.files.get(format="manifest")) == delivery.manifest.encode()
    assert fetch(attached, delivery.files.get(format="signature"))


def test_name_says_which_delivery(attached: World, file: DeliveryFile):
    link = links.make(file, attached.people["clerk"], attached.now)
    opened = links.open(link, attached.people["clerk"], attached.now)
    assert opened.name == f"{file.delivery.number}-data.csv"
    assert opened.size == file.size


@pytest.mark.parametrize(
    ("person", "reason"),
    [("stranger", "not_found"), ("steward", "not_recipient"), ("province_reviewer", "not_recipient"), ("sysadmin", "not_found")],
)  # fmt: skip
def test_others_open_nothing(attached: World, file: DeliveryFile, person: str, reason: str):
    assert refusal(attached, file, person) == reason


def test_link_is_of_one_person(attached: World, file: DeliveryFile):
    link = links.make(file, attached.people["clerk"], attached.now)
    with pytest.raises(NotVisible):
        links.open(link, attached.people["colleague"], attached.now)


def test_link_expires(attached: World, file: DeliveryFile):
    clerk = attached.people["clerk"]
    link = links.make(file, clerk, attached.now)
    limit = timedelta(seconds=settings.DOWNLOAD_LINK_SECONDS)
    assert links.open(link, clerk, attached.now + limit - timedelta(seconds=2))
    with pytest.raises(NotAllowed) as error:
        links.open(link, clerk, attached.now + limit + timedelta(seconds=2))
    assert error.value.reason == "link_expired"


@pytest.mark.parametrize("forged", ["", "nonsense", "a:b:c"])
def test_forged_link(attached: World, file: DeliveryFile, forged: str):
    with pytest.raises(NotVisible):
        links.open(forged, attached.people["clerk"], attached.now)


def test_link_of_another_kind_is_none(attached: World, file: DeliveryFile):
    clerk = attached.people["clerk"]
    other = signing.dumps({"file": file.pk, "official": clerk.pk, "until": 9e9}, salt="other")
    with pytest.raises(NotVisible):
        links.open(other, clerk, attached.now)


def test_nothing_leaves_while_suspended(attached: World, file: DeliveryFile):
    grant = file.delivery.grant
    steward = attached.people["steward"]
    grants.suspend(by=steward, grant_id=grant.pk, reason="检查", now=attached.now)
    assert refusal(attached, file) == "grant_not_in_force"
    grants.resume(by=steward, grant_id=grant.pk, now=attached.now)
    assert fetch(attached, file)


def test_nothing_leaves_of_a_withdrawn_entry(attached: World, file: DeliveryFile):
    withdraw(
        by=attached.people["steward"], resource=attached.resource, reason="停用", now=attached.now
    )
    assert refusal(attached, file) == "grant_not_in_force"


def test_nothing_leaves_of_a_suspended_source(attached: World, file: DeliveryFile):
    DataSource.objects.update(suspended=True)
    assert refusal(attached, file) == "grant_not_in_force"


def test_nothing_leaves_without_guardians_right(attached: World, file: DeliveryFile):
    grant = file.delivery.grant
    take("pull_resource", department=grant.department, resource=grant.resource)
    assert refusal(attached, file) == "grant_not_in_force"


def test_nothing_leaves_to_a_disabled_account(attached: World, file: DeliveryFile):
    attached.people["clerk"].is_active = False
    attached.people["clerk"].save()
    assert refusal(attached, file) == "not_found"


def test_damaged_file_is_not_served(attached: World, file: DeliveryFile):
    path = Path(settings.DELIVERY_ROOT) / file.path
    path.write_bytes(path.read_bytes()[:-1])
    assert refusal(attached, file) == "file_missing"


def test_stream_is_cut_when_the_grant_is_suspended(
    attached: World, file: DeliveryFile, monkeypatch
):
    monkeypatch.setattr(links, "CHUNK", 1000)
    monkeypatch.setattr(links, "CHECK_BYTES", 5000)
    clerk = attached.people["clerk"]
    opened = links.open(links.make(file, clerk, attached.now), clerk, attached.now)
    received = [next(opened.chunks)]
    grants.suspend(
        by=attached.people["steward"], grant_id=file.delivery.grant_id, reason="检查",
        now=attached.now,
    )  # fmt: skip
    with pytest.raises(links.DownloadCut):
        received.extend(opened.chunks)
    assert sum(map(len, received)) <= 5000 < file.size
    assert Entry.objects.get(kind="delivery.download_cut").data["sent"] == sum(map(len, received))


def test_slow_stream_is_looked_at_by_time(attached: World, file: DeliveryFile, monkeypatch):
    monkeypatch.setattr(links, "CHUNK", 1000)
    monkeypatch.setattr(links, "CHECK_SECONDS", 0.0)
    clerk = attached.people["clerk"]
    opened = links.open(links.make(file, clerk, attached.now), clerk, attached.now)
    next(opened.chunks)
    grants.terminate(
        by=attached.people["clerk"], grant_id=file.delivery.grant_id, reason="结束",
        now=attached.now,
    )  # fmt: skip
    with pytest.raises(links.DownloadCut):
        next(opened.chunks)


def test_unwritable_ledger_sends_nothing(attached: World, file: DeliveryFile, monkeypatch):
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("the ledger cannot be written")

    monkeypatch.setattr(links, "enter", refuse)
    with pytest.raises(RuntimeError):
        fetch(attached, file)


def test_receipt_names_the_manifest(attached: World, delivery: Delivery):
    confirm = {"delivery_id": delivery.pk, "now": attached.now}
    with pytest.raises(Forbidden):
        links.confirm(by=attached.people["steward"], **confirm)
    with pytest.raises(NotVisible):
        links.confirm(by=attached.people["stranger"], **confirm)
    receipt = links.confirm(by=attached.people["clerk"], **confirm)
    assert receipt.sha256 == hashlib.sha256(delivery.manifest.encode()).hexdigest()
    with pytest.raises(NotAllowed):
        links.confirm(by=attached.people["office_head"], **confirm)
