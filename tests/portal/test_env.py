"""Addresses in every form an administrator may write them."""

from pathlib import Path

import pytest
from kombu import Connection
from redis.connection import parse_url

from portal.embedded import addresses
from portal.env import broker_url, cache_url, database_config


@pytest.mark.parametrize(
    ("url", "host", "port", "name"),
    [
        ("postgres://u:p@db.example:6432/portal", "db.example", 6432, "portal"),
        ("postgres://u@%2Frun%2FPostgres:5432/portal", "/run/Postgres", 5432, "portal"),
        ("postgres://u@%2Frun%2FPostgres/portal", "/run/Postgres", "", "portal"),
        ("postgres:////run/postgres/portal", "/run/postgres", "", "portal"),
    ],
)
def test_database(url: str, host: str, port: object, name: str) -> None:
    config = database_config(url)
    assert (config["HOST"], config["PORT"], config["NAME"]) == (host, port, name)


def test_database_options_are_kept() -> None:
    config = database_config("postgres://u@db.example/portal?sslmode=verify-full")
    assert config["OPTIONS"] == {"sslmode": "verify-full"}


@pytest.mark.parametrize(
    ("url", "cache", "broker"),
    [
        ("redis://h:6379/1", "redis://h:6379/1", "redis://h:6379/1"),
        ("rediss://:p@h/0", "rediss://:p@h/0", "rediss://:p@h/0"),
        ("unix:///s.sock?db=2", "unix:///s.sock?db=2", "redis+socket:///s.sock?virtual_host=2"),
        ("unix:///s.sock", "unix:///s.sock?db=0", "redis+socket:///s.sock?virtual_host=0"),
        (
            "redis+socket://:p@/s.sock?virtual_host=3",
            "unix://:p@/s.sock?db=3",
            "redis+socket://:p@/s.sock?virtual_host=3",
        ),
    ],
)
def test_one_redis_url_serves_cache_and_broker(url: str, cache: str, broker: str) -> None:
    assert cache_url(url) == cache
    assert broker_url(url) == broker


def test_both_clients_understand_the_embedded_address() -> None:
    place = addresses(Path("/some/where"))
    assert parse_url(cache_url(place.broker_url))["path"] == str(place.valkey_socket)
    with Connection(broker_url(place.redis_url)) as connection:
        assert connection.transport_cls == "redis"
        assert str(place.valkey_socket).strip("/") in connection.as_uri()


def test_sockets_depend_on_the_data_directory_only(monkeypatch: pytest.MonkeyPatch) -> None:
    before = addresses(Path("/some/where"))
    monkeypatch.setenv("TMPDIR", "/elsewhere")
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1")
    assert addresses(Path("/some/../some/where")) == before
    assert addresses(Path("/some/where else")).socket_dir != before.socket_dir


def test_socket_names_fit_however_long_the_checkout_is() -> None:
    place = addresses(Path("/") / ("long" * 60) / "var")
    for socket in (place.postgres_socket, place.valkey_socket, place.keeper_socket):
        assert len(str(socket).encode()) < 108
