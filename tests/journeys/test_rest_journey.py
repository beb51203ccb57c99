"""The main job over REST, with a real web server, worker and relay."""

import hashlib
import json
import time
import urllib.request
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.utils import timezone

from portal.ledger.models import Entry
from portal.organisation import tokens
from portal.organisation.models import Scope
from tests.journeys.expected import masked_rows, read_csv
from tests.journeys.stack import Stack
from tests.world import FIELDS, SIGNERS, SourceDatabase, World

pytestmark = pytest.mark.services


class Caller:
    """One official's program."""

    def __init__(self, stack: Stack, world: World, person: str) -> None:
        self.base = f"{stack.url}/api/v1"
        _row, self.token = tokens.issue(
            official=world.people[person],
            name="journey",
            scopes=list(Scope.values),
            days=1,
            now=timezone.now(),
        )

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        url = path if path.startswith("http") else f"{self.base}{path}"
        request = urllib.request.Request(  # noqa: S310 - the test's own server
            url,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "Accept": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, self._read(answer)
        except HTTPError as error:
            return error.code, json.loads(error.read())

    @staticmethod
    def _read(answer: Any) -> Any:
        content = answer.read()
        return json.loads(content) if "json" in answer.headers["Content-Type"] else content

    def get(self, path: str) -> Any:
        status, body = self.call("GET", path)
        assert status == 200, body
        return body

    def post(self, path: str, body: Any = None) -> Any:
        status, answer = self.call("POST", path, body or {})
        assert status in {200, 201, 202}, answer
        return answer


def wait_for_delivery(caller: Caller, pull: str) -> str:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        row = caller.get(f"/pulls/{pull}/")
        if row["delivery"]:
            return row["delivery"]
        assert row["status"] not in {"quarantined", "cancelled"}, row
        time.sleep(0.2)
    pytest.fail(f"no delivery after a minute: {row}")


def test_from_finding_to_file(stack: Stack, live_world: World, source: SourceDatabase) -> None:
    clerk = Caller(stack, live_world, "clerk")
    stranger = Caller(stack, live_world, "stranger")
    found = clerk.get(f"/entries/?q={quote('常住人口')}")
    assert [row["title"] for row in found["results"]] == ["常住人口基本信息"]
    entry = clerk.get(f"/entries/{found['results'][0]['id']}/")
    content = live_world.application()
    application = clerk.post(
        "/applications/",
        {
            **{key: str(value) if key.endswith("_on") else value for key, value in content.items()},
            "resource": entry["id"],
            "department": live_world.departments["subdistrict"].pk,
            "items": FIELDS,
        },
    )
    plan = clerk.post(f"/applications/{application['id']}/plan/")[0]
    assert len(plan["stages"]) == len(SIGNERS)
    clerk.post(f"/applications/{application['id']}/submit/", {"seen": 0})
    assert stranger.call("GET", f"/applications/{application['id']}/")[0] == 404

    for person in SIGNERS:
        signer = Caller(stack, live_world, person)
        (waiting,) = signer.get("/inbox/")
        item = signer.get(f"/items/{waiting['item']}/")
        signer.post(
            f"/items/{item['id']}/commands/", {"command": "sign", "seen": item["event_count"]}
        )

    (grant,) = clerk.get("/grants/")["results"]
    assert grant["status"] == "active"
    assert stranger.call("GET", f"/grants/{grant['id']}/")[0] == 404
    pull = clerk.post(f"/grants/{grant['id']}/pulls/")
    delivery = clerk.get(f"/deliveries/{wait_for_delivery(clerk, pull['id'])}/")
    (csv_file,) = [file for file in delivery["files"] if file["format"] == "csv"]
    link = clerk.post(f"/files/{csv_file['id']}/link/")
    content = clerk.get(link["url"])
    assert hashlib.sha256(content).hexdigest() == csv_file["sha256"]
    expected = masked_rows(source)
    assert expected
    assert delivery["rows"] == len(expected)
    assert read_csv(content) == expected
    assert stranger.call("GET", link["url"])[0] == 404
    assert stranger.call("GET", f"/deliveries/{delivery['id']}/")[0] == 404

    wait_until_sealed()
    call_command("verify_ledger")
    call_command("verify_invariants")


def wait_until_sealed() -> None:
    end = time.monotonic() + 20
    while Entry.objects.filter(seal__isnull=True).exists():
        assert time.monotonic() < end, "the ledger was not sealed"
        time.sleep(0.2)
