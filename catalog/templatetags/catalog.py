"""Filters of the catalog pages: ``{% load catalog %}``."""

import unicodedata
from typing import Any

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from catalog.hooks import EntryAction
from catalog.search import Query
from portal.errors import Reason

register = template.Library()


@register.filter
def named(thing: Any) -> str:
    """The name of a department, region, class or item in the reader's language."""
    return _in_language(thing, "name")


@register.filter
def titled(version: Any) -> str:
    """The title of a version in the reader's language."""
    return _in_language(version, "title")


def _in_language(thing: Any, field: str) -> str:
    if thing is None:
        return ""
    english = getattr(thing, f"{field}_en", "") if get_language() == "en" else ""
    return str(english or getattr(thing, field))


@register.filter
def reason_text(reason: Reason) -> str:
    """Why a button is off, with the values that belong to it."""
    return str(reason.text) % reason.params if reason.params else str(reason.text)


@register.simple_tag(takes_context=True)
def action_part(context: Context, action: EntryAction) -> str:
    """What another app shows with its action on the entry page, in its own template."""
    if not action.template:
        return ""
    with context.push(**action.context):
        partial: Any = get_template(action.template)  # rendered within this page's context
        return str(partial.template.render(context))


@register.filter
def highlight(text: str, query: Query | None) -> SafeString:
    """The text with the words of the query marked, as they stand in it."""
    if not query or not text:
        return conditional_escape(text)
    parts: list[str] = []
    end = 0
    for start, stop in _spans(text, [word.text for word in query.words]):
        parts += [
            conditional_escape(text[end:start]),
            "<mark>",
            conditional_escape(text[start:stop]),
        ]
        parts.append("</mark>")
        end = stop
    parts.append(conditional_escape(text[end:]))
    return mark_safe("".join(parts))  # noqa: S308 - every part of the text is escaped above


def _spans(text: str, words: list[str]) -> list[tuple[int, int]]:
    """Where the words stand in the text, in order, overlapping ones joined."""
    folded, places = _folded(text)
    found = sorted(span for word in words if word for span in _occurrences(folded, word))
    joined: list[tuple[int, int]] = []
    for start, stop in found:
        begin, end = places[start], places[stop - 1] + 1
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _folded(text: str) -> tuple[str, list[int]]:
    """The text as queries are compared, and for each of its characters where it comes from."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for folded in unicodedata.normalize("NFKC", character).lower():
            characters.append(folded)
            places.append(place)
    return "".join(characters), places


def _occurrences(text: str, word: str) -> list[tuple[int, int]]:
    found = []
    start = text.find(word)
    while start >= 0:
        found.append((start, start + len(word)))
        start = text.find(word, start + len(word))
    return found
