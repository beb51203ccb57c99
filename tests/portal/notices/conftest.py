"""Receivers, people with addresses, and a kind of their own."""

from collections.abc import Callable, Iterator

import pytest

from portal.notices import actions
from portal.notices.models import Notice
from portal.organisation.models import Official
from tests.portal.notices.receivers import Post, Web, mail_server, web_server
from tests.world import World


@pytest.fixture
def post(settings) -> Iterator[Post]:
    with mail_server() as server:
        settings.SEND_MAIL = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.PORTAL_ADDRESS = "https://share.example"
        yield server


@pytest.fixture
def web(settings) -> Iterator[Web]:
    with web_server() as server:
        settings.NOTICE_HOSTS = ["127.0.0.1"]
        settings.PORTAL_ADDRESS = "https://share.example"
        yield server


@pytest.fixture
def addresses(world: World) -> None:
    for key, person in world.people.items():
        person.email = f"{key}@gov.example"
    Official.objects.bulk_update(world.people.values(), ["email"])


@pytest.fixture
def tell(world: World) -> Callable[..., list[Notice]]:
    def told(*people: str, kind: str = "item.to_sign", **facts: object) -> list[Notice]:
        content = {
            "params": {
                "number": "GS-1", "department": "虹桥街道办事处", "title": "常住人口基本信息",
                "reason": "张三 320106199001011234",
            },
            "url": "/tasks/1/",
            "now": world.now,
            **facts,
        }  # fmt: skip
        return actions.notify(kind, officials=[world.people[one] for one in people], **content)

    return told
