"""Random calls, made from the schema: whatever comes in, the server answers and does not break."""

import json
from typing import Any

import pytest
import schemathesis
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from rest_framework.utils.encoders import JSONEncoder
from schemathesis.core import NotSet

from portal.organisation import tokens
from portal.organisation.models import Scope
from tests.world import World, granted

EXAMPLES = 20


def operations(schema: Any) -> list[Any]:
    return [result.ok() for result in schema.get_all_operations()]


@pytest.fixture
def headers(world: World) -> dict[str, str]:
    granted(world)
    _row, token = tokens.issue(
        official=world.people["clerk"],
        name="fuzz",
        scopes=list(Scope.values),
        days=1,
        now=timezone.now(),
    )
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.filterwarnings("ignore")
def test_no_call_breaks_the_server(headers):
    raw = SchemaGenerator().get_schema(request=None, public=True)
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(raw, cls=JSONEncoder)))
    client = Client(raise_request_exception=False)
    broken: set[str] = set()
    tried = 0

    for operation in operations(schema):

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def attack(case: Any) -> None:
            nonlocal tried
            tried += 1
            body = b"" if isinstance(case.body, NotSet) else json.dumps(case.body).encode()
            answer = client.generic(
                case.method.upper(),
                case.formatted_path,
                body,
                "application/json",
                query_params=dict(case.query or {}),
                headers=headers,
            )
            if answer.status_code >= 500:
                broken.add(f"{case.method} {case.formatted_path} {case.query} {body!r}")

        attack()

    assert tried > 20 * EXAMPLES
    assert broken == set()
