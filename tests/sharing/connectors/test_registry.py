"""Finding connectors."""

from importlib.metadata import EntryPoint

import pytest

from sharing.connectors import registry
from sharing.connectors.base import ConnectorContext, region_prefix
from sharing.connectors.errors import ConnectorError, InvalidOptions, UnknownConnector
from sharing.connectors.postgresql import PostgresqlConnector
from tests.sharing.connectors.memory import MemoryConnector


class Impostor(MemoryConnector):
    """Wants to be PostgreSQL."""

    kind = "postgresql"


@pytest.fixture(autouse=True)
def clean():
    registry.reset()
    yield
    registry.reset()


def points(monkeypatch, **targets):
    found = [EntryPoint(name, target, registry.GROUP) for name, target in targets.items()]
    monkeypatch.setattr(registry, "entry_points", lambda **_: found)


def test_built_in():
    assert registry.connector_class("postgresql") is PostgresqlConnector


def test_unknown_kind():
    with pytest.raises(UnknownConnector, match="dbase"):
        registry.connect("dbase", ConnectorContext(options={}))


def test_connect_validates():
    with pytest.raises(InvalidOptions):
        registry.connect("postgresql", ConnectorContext(options={}))


def test_entry_points_bring_connectors(monkeypatch):
    points(monkeypatch, memory="tests.sharing.connectors.memory:MemoryConnector")
    assert [connector.kind for connector in registry.kinds()] == ["memory", "postgresql"]
    assert registry.faults() == {}


def test_broken_and_impostor_entry_points_are_left_out(monkeypatch):
    points(
        monkeypatch,
        broken="no.such.module:Thing",
        other="tests.sharing.connectors.memory:MemoryConnector",
        postgresql="tests.sharing.connectors.test_registry:Impostor",
    )
    assert registry.kinds() == (PostgresqlConnector,)
    assert set(registry.faults()) == {"broken", "other", "postgresql"}


def test_register_lasts_until_reset():
    registry.register(MemoryConnector)
    assert registry.connector_class("memory") is MemoryConnector
    registry.reset()
    with pytest.raises(UnknownConnector):
        registry.connector_class("memory")


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("320000", "32"), ("320500", "3205"), ("320505", "320505"), ("320510", "320510"),
        ("32", "32"), ("3205", "3205"), ("320505001", "320505001"), ("320505001000", "320505001"),
        ("320505001002", "320505001002"), ("320000000000", "32"), ("320505000000", "320505"),
    ],
)  # fmt: skip
def test_region_prefix(code, prefix):
    assert region_prefix(code) == prefix


@pytest.mark.parametrize("code", ["", "3", "32050", "ABCDEF", "３２０５００", "3205050010021"])
def test_region_prefix_refuses(code):
    with pytest.raises(ValueError, match="region"):
        region_prefix(code)


def test_every_fault_has_a_code_of_its_own_and_a_message():
    def below(cls):
        return [cls, *(item for child in cls.__subclasses__() for item in below(child))]

    faults = below(ConnectorError)
    codes = [fault.code for fault in faults if "code" in vars(fault)]
    assert len(set(codes)) == len(codes) >= 10
    assert all(fault.template for fault in faults)
