"""Which connectors there are: the built-in ones, and those other packages bring.

A package offers a connector by an entry point of the group ``govshare.connectors``. Entry points
are loaded when first needed; a broken one is left out and reported by ``faults()``.
"""

from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from sharing.connectors.base import Connector, ConnectorContext
from sharing.connectors.errors import UnknownConnector

GROUP: Final = "govshare.connectors"
_BUILT_IN: Final = {"postgresql": "sharing.connectors.postgresql:PostgresqlConnector"}

_extra: dict[str, type[Connector]] = {}
_loaded: dict[str, type[Connector]] = {}
_faults: dict[str, str] = {}


def _load() -> dict[str, type[Connector]]:
    if not _loaded:
        for kind, path in _BUILT_IN.items():
            module, _, name = path.partition(":")
            _loaded[kind] = getattr(import_module(module), name)
        for point in entry_points(group=GROUP):
            _load_point(point)
    return _loaded | _extra


def _load_point(point: EntryPoint) -> None:
    try:
        connector = point.load()
    except Exception as error:  # noqa: BLE001 - a stranger's package may fail in any way
        _faults[point.name] = type(error).__name__
        return
    kind = getattr(connector, "kind", None)
    if kind != point.name or kind in _loaded:
        _faults[point.name] = "kind"  # built-in connectors cannot be replaced
    else:
        _loaded[point.name] = connector


def kinds() -> tuple[type[Connector], ...]:
    """All connectors, by kind."""
    return tuple(connector for _, connector in sorted(_load().items()))


def connector_class(kind: str) -> type[Connector]:
    """Return the connector of this kind; raise UnknownConnector."""
    try:
        return _load()[kind]
    except KeyError:
        raise UnknownConnector(kind=kind) from None


def connect(kind: str, context: ConnectorContext) -> Connector:
    """Make a connector of this kind; raise UnknownConnector or InvalidOptions."""
    return connector_class(kind)(context)


def faults() -> dict[str, str]:
    """Entry points that were left out, with the reason."""
    _load()
    return dict(_faults)


def register(connector: type[Connector]) -> None:
    """Add a connector for this process (tests, plugins without entry point)."""
    _extra[connector.kind] = connector


def reset() -> None:
    """Forget everything loaded and registered (tests)."""
    _extra.clear()
    _loaded.clear()
    _faults.clear()
