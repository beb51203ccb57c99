"""Rules that make and check resource codes 信息资源代码 (R02), one for each jurisdiction.

A rule only forms and reads codes; the sequence number comes from a counter in the database. Which
rule holds in a region is data (``catalog.numbering``); ``register`` adds a rule of one's own.
"""

import re
from dataclasses import dataclass
from typing import ClassVar, Protocol

CLASS_CODE = re.compile(r"[123]\d{2}\d{3}(?:[1-9]\d*)?")
"""分类码: 类 one digit, 项 two, 目 three, then perhaps a 细目 that does not begin with 0."""


class UnsuitableClassError(ValueError):
    """The classification is not deep enough to form a code: it must reach the group 目."""


@dataclass(frozen=True, slots=True)
class CodePlace:
    """What a code says of an entry: its classification and the region of its provider."""

    class_code: str
    region_code: str


class CodeRule(Protocol):
    """One jurisdiction's way of forming resource codes."""

    name: ClassVar[str]
    pattern: ClassVar[re.Pattern[str]]
    """What its codes look like, in words that PostgreSQL understands as well."""

    def series(self, place: CodePlace) -> str:
        """Name of the series within which the sequence number is unique."""

    def compose(self, place: CodePlace, number: int) -> str:
        """The code of the entry with this sequence number; UnsuitableClassError for a bad class."""

    def is_valid(self, code: str) -> bool:
        """Whether ``code`` could have been made by this rule."""


class Guide2017:
    """Classification code "/" sequence number, counted within the class (2017 Guide)."""

    name: ClassVar[str] = "guide-2017"
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"[123]\d{2}\d{3}\d*/\d+")

    def series(self, place: CodePlace) -> str:
        """Numbers are unique within the class."""
        return f"{self.name}:{_checked(place.class_code)}"

    def compose(self, place: CodePlace, number: int) -> str:
        """Such as 307001/12."""
        return f"{_checked(place.class_code)}/{number}"

    def is_valid(self, code: str) -> bool:
        """By form; that the class exists is the catalog's business."""
        return self.pattern.fullmatch(code) is not None


class Provincial66:
    """A sample of a provincial rule: the last twelve digits are a region and a number, six each."""

    name: ClassVar[str] = "provincial-6-6"
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"[123]\d{2}\d{3}\d*/[1-9]\d{5}\d{6}")
    largest: ClassVar[int] = 999_999

    def series(self, place: CodePlace) -> str:
        """Numbers are unique within the region, whatever the class."""
        return f"{self.name}:{place.region_code[:6]}"

    def compose(self, place: CodePlace, number: int) -> str:
        """Such as 307001/320600000012."""
        if number > self.largest:
            message = f"The series {self.series(place)} is used up."
            raise ValueError(message)
        return f"{_checked(place.class_code)}/{place.region_code[:6]}{number:06d}"

    def is_valid(self, code: str) -> bool:
        """By form."""
        return self.pattern.fullmatch(code) is not None


def _checked(class_code: str) -> str:
    if CLASS_CODE.fullmatch(class_code) is None:
        raise UnsuitableClassError(class_code)
    return class_code


_rules: dict[str, CodeRule] = {}


def register(rule: CodeRule) -> None:
    """Make ``rule`` available to the setting under its name; a second rule of a name replaces it."""
    _rules[rule.name] = rule


def rule_named(name: str) -> CodeRule:
    """The registered rule, or a LookupError that names the ones there are."""
    try:
        return _rules[name]
    except KeyError:
        message = f"No resource code rule {name!r}; there are: {', '.join(sorted(_rules))}."
        raise LookupError(message) from None


def names() -> list[str]:
    """Names of the registered rules."""
    return sorted(_rules)


register(Guide2017())
register(Provincial66())
