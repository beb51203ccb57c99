"""Faults of rows as they are kept: in every language, with their place in the file."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language

from catalog.exchange.headers import SheetMatch
from catalog.models import IntakeRow
from portal.errors import Fault

LONGEST_VALUE = 120


def frozen(fault: Fault, row: IntakeRow, sheets: Sequence[SheetMatch]) -> dict[str, Any]:
    """The fault as JSON: its cell (column number from 0, -1 for the row), value, texts."""
    columns = sheets[row.sheet].columns
    at = next((place for place, one in enumerate(columns) if one.key == fault.field), -1)
    value = row.cells[at] if 0 <= at < len(row.cells) else ""
    texts = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            texts[code] = [str(fault.message), str(fault.remedy)]
    shown = value["text"] if isinstance(value, dict) else str(value)
    return {"at": at, "code": fault.code, "value": shown[:LONGEST_VALUE], "texts": texts}


def texts_of(fault: dict[str, Any]) -> tuple[str, str]:
    """Message and remedy in the language in force."""
    texts = fault["texts"]
    message, remedy = texts.get(get_language() or "") or next(iter(texts.values()))
    return message, remedy
