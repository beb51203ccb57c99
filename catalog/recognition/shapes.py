"""Tables and columns as a source describes them, without any value."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self


class Kind(StrEnum):
    """What a column physically holds, whatever its source calls the type."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """A column: ``length`` in characters where the source limits it; ``kind`` "" is unknown."""

    name: str
    kind: str = ""
    source_type: str = ""
    nullable: bool = True
    length: int | None = None
    comment: str = ""

    def as_json(self) -> dict[str, Any]:
        """For a row that remembers it."""
        return asdict(self)

    @classmethod
    def of_json(cls, content: Mapping[str, Any]) -> Self:
        """What ``as_json`` wrote."""
        return cls(**content)


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table or view; ``rows`` is the source's own estimate."""

    schema: str
    name: str
    columns: tuple[ColumnShape, ...]
    primary_key: tuple[str, ...] = ()
    rows: int | None = None
    comment: str = ""

    @property
    def label(self) -> str:
        """Schema and table, as people write them."""
        return f"{self.schema}.{self.name}" if self.schema else self.name
