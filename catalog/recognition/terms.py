"""What a column can hold, and what recognition says about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from catalog.recognition.shapes import ColumnShape


class Meaning(StrEnum):
    """What the values of a column are."""

    ID_NUMBER = "id_number"
    USCC = "uscc"
    MOBILE = "mobile"
    LANDLINE = "landline"
    EMAIL = "email"
    BANK_CARD = "bank_card"
    PLATE = "plate"
    NAME = "name"
    ADDRESS = "address"
    COORDINATES = "coordinates"
    REGION_CODE = "region_code"
    POSTCODE = "postcode"
    BIRTH_DATE = "birth_date"
    DATE = "date"
    DATETIME = "datetime"
    MONEY = "money"
    BOOLEAN = "boolean"
    CODE = "code"
    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    UNKNOWN = "unknown"
    """No values to look at, and a name that says nothing."""


class Basis(StrEnum):
    """What a finding rests on."""

    VALUES = "values"
    BOTH = "both"
    """Values that alone would not be enough, and a name that says the same."""
    NAME = "name"
    """There were no values to look at."""
    TYPE = "type"


@dataclass(frozen=True, slots=True)
class Sample:
    """A column and up to 1,000 of its values; None is an empty one."""

    column: ColumnShape
    values: tuple[str | None, ...] = field(repr=False, default=())


@dataclass(frozen=True, slots=True)
class Warn:
    """Something a person has to look at; ``meaning`` with how many ``hits`` among ``values``."""

    code: str
    meaning: Meaning
    hits: int = 0
    values: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """What a column holds: ``hits`` of its ``values`` that are not empty are such values.

    ``distinct`` is how many different values the sample has. Nothing here is a value itself.
    """

    meaning: Meaning
    basis: Basis
    hits: int = 0
    values: int = 0
    distinct: int = 0
    warnings: tuple[Warn, ...] = ()

    @property
    def share(self) -> float:
        """How many of the values fit, 0 to 1; 0 without values."""
        return self.hits / self.values if self.values else 0.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A data item for a column; ``item`` holds the fields of the item by name."""

    column: ColumnShape
    finding: Finding
    item: Mapping[str, Any]
    of_person: bool = False
    """Personal only because the table is about people (PIPL article 4)."""
