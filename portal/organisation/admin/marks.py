"""Unfold's decorators with types: buttons on an object's page, columns of a list."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from django.http import HttpRequest, HttpResponse
from unfold.decorators import action, display

from portal.errors import Text

AdminT = TypeVar("AdminT")
RowT = TypeVar("RowT")
ResultT = TypeVar("ResultT")
Button = Callable[[AdminT, HttpRequest, Any], HttpResponse]
Column = Callable[[AdminT, RowT], ResultT]


def button(text: Text, *, permission: str, icon: str) -> Callable[[Button[AdminT]], Button[AdminT]]:
    """A button on an object's page, for whom ``has_<permission>_permission`` allows it."""
    mark = action(description=text, permissions=[permission], icon=icon)
    return cast("Callable[[Button[AdminT]], Button[AdminT]]", mark)


def column(
    text: Text,
    *,
    labels: Mapping[str, str] | None = None,
    boolean: bool = False,
    ordering: str | None = None,
) -> Callable[[Column[AdminT, RowT, ResultT]], Column[AdminT, RowT, ResultT]]:
    """A computed column; ``labels`` gives each code a colour, ``boolean`` shows a mark.

    ``ordering`` names the field it is sorted by.
    """
    mark = display(description=text, label=labels, boolean=boolean or None, ordering=ordering)
    kind = "Callable[[Column[AdminT, RowT, ResultT]], Column[AdminT, RowT, ResultT]]"
    return cast(kind, mark)  # type: ignore[valid-type]
