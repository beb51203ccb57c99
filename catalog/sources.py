"""How the catalog looks into data sources without knowing any connector.

The app that has the connectors registers a reader from ``AppConfig.ready``. What it hands out are
shapes of tables, and values only for the moment of looking at them: nobody stores or logs them.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from django.utils.translation import gettext_lazy as _

from catalog.models import DataSource
from catalog.recognition.shapes import TableShape
from portal.errors import PortalError, Text


class SourceFault(PortalError):
    """A source cannot be read: ``reason`` is its stable code, ``detail`` fills the code's text.

    ``detail`` holds names and numbers of the connection, never values or credentials.
    """

    code = "source_failed"

    def __init__(
        self, message: Text, *, remedy: Text = "", code: str = "", detail: Mapping[str, Any]
    ) -> None:
        super().__init__(message, remedy=remedy, code=code)
        self.detail = dict(detail)


class Words(NamedTuple):
    """What is wrong and how to mend it, in the language in use."""

    text: str
    remedy: str


class SourceReader(Protocol):
    """Looks into sources with one session and short limits each time; raises SourceFault."""

    def tables(self, source: DataSource, schema: str = "") -> tuple[TableShape, ...]:
        """Tables and views that can be read; ``schema`` "" is the one the source names."""

    def sample(
        self, source: DataSource, table: TableShape, rows: int
    ) -> Mapping[str, tuple[str | None, ...]]:
        """Up to ``rows`` values of every column of the table, as texts."""

    def label(self, source: DataSource) -> str:
        """The kind of the source as a format type of the 2017 Guide, such as PostgreSQL."""

    def explain(self, code: str, detail: Mapping[str, Any]) -> Words:
        """A kept fault in words."""

    def masked(self, mask: str, value: str) -> str:
        """The value as the mask rule leaves it; hidden whole where the rule needs a key."""


_readers: list[SourceReader] = []


def register_reader(reader: SourceReader) -> None:
    """Look into sources with ``reader``; call it from AppConfig.ready."""
    _readers[:] = [reader]


def reader() -> SourceReader:
    """The registered reader; SourceFault when no app brings connectors."""
    if not _readers:
        raise SourceFault(
            _("No connectors are installed."),
            remedy=_("Describe the data items by hand, or upload a sample file."),
            code="no_connectors",
            detail={},
        )
    return _readers[0]
