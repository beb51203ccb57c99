"""Every address of the portal, asked by people who may not know of an entry that exists."""

import io
import zipfile
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import UUIDConverter
from django.utils.regex_helper import normalize

from catalog import actions
from catalog.quality import assess_due
from tests.catalog.reviewed import new_draft, published, send
from tests.world import World

MARK = "鸬鹚"
"""Stands in everything that the hidden entry says, and nowhere else."""
ITEMS = [
    {
        "key": "mark",
        "name": f"{MARK}编号",
        "data_type": "N",
        "length": 8,
        "grade": 1,
        "mask": "none",
    }
]
MOST = 2
"""Addresses tried for one pattern."""


@pytest.fixture
def hidden(world: World) -> list[Any]:
    """An entry that only its department sees, and everything that belongs to it."""
    first = published(world, new_draft(world, title=f"{MARK}名册", items=ITEMS))
    entry = first.resource
    actions.set_visibility(by=None, resource=entry, visibility="limited", now=world.now)
    actions.revise(by=world.people["steward"], resource=entry, now=world.now)
    assess_due(world.now)
    second = send(world, entry.versions.get(status="draft"))
    return [entry, first, second, *entry.versions.all(), *first.version.items.all()]


def addresses(
    patterns: list[URLPattern | URLResolver], objects: list[Any], prefix: str = "/"
) -> Iterator[str]:
    """Addresses of every pattern, with the keys of the hidden objects for its arguments."""
    for pattern in patterns:
        template, arguments = normalize(pattern.pattern.regex.pattern)[0]
        converters = getattr(pattern.pattern, "converters", {})
        choices = [
            [str(one.pk) for one in objects if is_uuid(one.pk) is isinstance(kind, UUIDConverter)]
            for kind in (converters.get(name) for name in arguments)
        ]
        for values in list(product(*choices))[:MOST]:
            path = prefix + (template % dict(zip(arguments, values, strict=True)))
            path = path.removesuffix("\\Z")
            if isinstance(pattern, URLResolver):
                yield from addresses(pattern.url_patterns, objects, path)
            else:
                yield path


def is_uuid(key: object) -> bool:
    return not isinstance(key, int)


def told(client: Client, path: str) -> bool:
    """Whether the answer names the hidden entry, whatever it is packed in."""
    answer = client.get(path, {"q": MARK})
    # Django's own shortcut to objects of any kind stumbles over keys of another kind
    assert answer.status_code < 500 or path.startswith("/admin/r/"), path
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"PK"):
        package = zipfile.ZipFile(io.BytesIO(content))
        content = b"".join(map(package.read, package.namelist()))
    text = content.decode("utf-8", "replace")
    # a page may repeat the words that somebody searched for
    echoed = (f'value="{MARK}"', f"“{MARK}”", f"q={MARK}", f'"{MARK}"')
    for echo in echoed:
        text = text.replace(echo, "")
    return f"{MARK}名册" in text or f"{MARK}编号" in text or str_escaped(f"{MARK}名册") in text


def str_escaped(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode()


@pytest.mark.parametrize("person", ["clerk", "sysadmin", ""])
def test_nobody_is_told_of_a_hidden_entry(world: World, hidden: list[Any], person: str):
    client = Client(raise_request_exception=False)
    if person:
        client.force_login(world.people[person])
    paths = list(dict.fromkeys(addresses(get_resolver().url_patterns, hidden)))
    assert len(paths) > 150
    assert [path for path in paths if "sign-out" not in path and told(client, path)] == []


def test_its_department_is_told_on_many_pages(world: World, hidden: list[Any]):
    client = Client(raise_request_exception=False)
    client.force_login(world.people["steward"])
    paths = dict.fromkeys(addresses(get_resolver().url_patterns, hidden))
    found = {path for path in paths if "sign-out" not in path and told(client, path)}
    assert len(found) > 15, found
    assert any(path.startswith("/api/v1/") for path in found)
