"""Baskets over REST."""

from tests.sharing.api.conftest import call as call  # noqa: PLC0414 - a fixture
from tests.sharing.basket.conftest import Basket

V1 = "/api/v1"


def test_fill_check_send(call, basket: Basket):
    world, path = basket.world, f"{V1}/applications/{basket.application.pk}"
    body = {"resource": str(world.address.pk), "items": []}
    added = call("clerk", "POST", f"{path}/items/", body)
    assert added.status_code == 201
    found = call("clerk", "POST", f"{path}/check/").json()
    assert found["ready"] is False
    faulty = [one for one in found["items"] if one["faults"]]
    assert [one["item"] for one in faulty] == [added.json()["id"]]
    assert call("clerk", "POST", f"{path}/submit/", {}).status_code == 422
    item = f"{path}/items/{added.json()['id']}/"
    assert call("clerk", "PATCH", item, {"items": ["address"]}).json()["fields"] == ["address"]
    assert call("clerk", "DELETE", item).status_code == 204
    for other, status in (("colleague", 409), ("stranger", 404)):
        assert call(other, "POST", f"{path}/items/", body).status_code == status
    assert call("stranger", "POST", f"{path}/check/").status_code == 404
    sent = call("clerk", "POST", f"{path}/submit/", {})
    assert sent.status_code == 200
    assert {one["status"] for one in sent.json()["items"]} == {"home_review"}
    assert call("clerk", "POST", f"{path}/submit/", {}).status_code == 409


def test_matter(call, basket: Basket, matter):
    path = f"{V1}/matters/{matter.pk}/basket/"
    assert [one["state"] for one in call("clerk", "GET", path).json()] == ["ask", "ask", "missing"]
    made = call("clerk", "POST", path, {})
    assert made.status_code == 201
    assert len(made.json()["items"]) == 2
    assert call("stranger", "GET", path).status_code == 404
