"""Errors as pages."""

import re

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from portal.ledger.models import Entry
from portal.organisation.models import Official

pytestmark = pytest.mark.django_db
LANGUAGES = {"zh-hans": "zh-Hans", "en": "en"}


@pytest.fixture(autouse=True)
def _addresses():
    with override_settings(ROOT_URLCONF="tests.portal.shell_urls"):
        yield


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("unknown", 404, []),
        ("unseen", 404, []),
        ("forbidden", 403, ["Not yours.", "Apply for it", 'href="/catalog/7/apply/"']),
        ("not-allowed", 409, ["It is closed.", "Look at the outcome."]),
        ("stale", 409, ["Wang signed at 9:06."]),
        ("invalid", 422, ["Look again.", "Name the article.", 'href="#id_basis"']),
        ("broken", 500, []),
    ],
)
def test_each_error_has_its_page_in_both_languages(
    signed_in: Client, kind: str, status: int, words: list[str], language: str
):
    signed_in.raise_request_exception = False
    signed_in.cookies["language"] = language
    response = signed_in.get(f"/fail/{kind}/")
    shown = response.content.decode()
    assert response.status_code == status
    assert f'<html lang="{LANGUAGES[language]}"' in shown
    assert "<h1>" in shown
    for word in words:
        assert word in shown
    assert "secret" not in shown


def test_what_must_not_be_known_answers_like_what_does_not_exist(signed_in: Client):
    def page(path: str) -> str:
        shown = signed_in.get(path).content.decode().replace(path, "")
        return re.sub(r'(value=|X-CSRFToken": )"[\w/-]*"', "", shown)

    assert page("/fail/unseen/") == page("/fail/unknown/") == page("/no/such/page/")


def test_a_broken_page_needs_no_database(signed_in: Client):
    signed_in.get("/")
    signed_in.raise_request_exception = False
    with CaptureQueriesContext(
        connection,
    ) as before:
        signed_in.get("/fail/unknown-kind-of-failure/")
    with CaptureQueriesContext(connection) as queries:
        response = signed_in.get("/fail/broken/")
    assert response.status_code == 500
    assert response["X-Request-ID"] in response.content.decode()
    assert len(queries) <= len(before)
    about_the_page = [q["sql"] for q in queries if "organisation_post" in q["sql"]]
    assert not about_the_page


def test_a_request_that_cannot_be_read(client: Client):
    client.cookies["language"] = "en"
    response = client.get("/help/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert '<html lang="en"' in response.content.decode()
    assert "evil.example" not in response.content.decode()


def test_what_was_typed_is_shown_again(signed_in: Client):
    shown = signed_in.post(
        "/fail/stale/",
        {
            "reason": "依据《社会救助暂行办法》第十一条",
            "password": "very secret pass phrase",
            "csrfmiddlewaretoken": "x" * 64,
            "command": "sign",
            "note": "<script>alert(1)</script> and more",
        },
    ).content.decode()
    assert "依据《社会救助暂行办法》第十一条" in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert "very secret pass phrase" not in shown
    assert "xxxxxxxx" not in shown


def test_an_htmx_request_gets_a_fragment(signed_in: Client):
    response = signed_in.post("/fail/stale/", headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert response["HX-Retarget"] == "#problems"
    assert "<html" not in response.content.decode()
    assert "Wang signed at 9:06." in response.content.decode()


def test_a_refusal_is_in_the_ledger(signed_in: Client, clerk: Official):
    signed_in.get("/fail/forbidden/")
    entry = Entry.objects.get(kind="access.refused")
    assert entry.actor == clerk
    assert entry.data["object"] == {"kind": "forbidden"}
    signed_in.get("/fail/unseen/")
    signed_in.get("/fail/stale/")
    assert Entry.objects.filter(kind="access.refused").count() == 1


def test_a_form_from_elsewhere_is_refused_with_what_was_typed(clerk: Official):
    client = Client(enforce_csrf_checks=True)
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    response = client.post("/display/", {"display": "contrast", "reason": "写了很久的理由"})
    assert response.status_code == 403
    assert "写了很久的理由" in response.content.decode()


def test_the_api_answers_errors_itself(signed_in: Client):
    response = signed_in.get("/api/no/such/thing")
    assert response.status_code == 404
