"""Filters of the catalog pages: ``{% load catalog %}``."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from catalog.hooks import EntryAction
from catalog.models import FollowedEntry, Resource
from catalog.search import Query
from catalog.search.marking import snippet, spans
from portal.errors import Reason

register = template.Library()
SNIPPET = 160
"""Characters of an abstract that a list shows."""


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


@register.simple_tag(takes_context=True)
def action_row(context: Context, action: EntryAction) -> str:
    """What another app shows with its action in a list of entries, in its own template."""
    if not action.row_template or action.reason:
        return ""
    with context.push(**action.context):
        partial: Any = get_template(action.row_template)
        return str(partial.template.render(context))


@register.inclusion_tag("catalog/_follow.html", takes_context=True)
def follow_entry(context: Context, resource: Resource) -> dict[str, Any]:
    """The button that begins or ends following an entry."""
    follows = FollowedEntry.objects.filter(official=context["request"].user, resource=resource)
    return {
        "resource": resource,
        "followed": follows.exists(),
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def highlight(text: str, query: Query | None) -> SafeString:
    """The text with the words of the query marked, also where pinyin or a synonym found them."""
    if not query or not text:
        return conditional_escape(text)
    parts: list[str] = []
    end = 0
    for start, stop in spans(text, query):
        parts += [
            conditional_escape(text[end:start]),
            "<mark>",
            conditional_escape(text[start:stop]),
            "</mark>",
        ]
        end = stop
    parts.append(conditional_escape(text[end:]))
    return mark_safe("".join(parts))  # noqa: S308 - every part of the text is escaped above


@register.filter
def around(text: str, query: Query | None) -> str:
    """A piece of a long text around the first word of the query that it holds."""
    return snippet(" ".join(text.split()), query, SNIPPET)


@register.filter
def labelled(cells: Sequence[str], labels: Sequence[object]) -> list[tuple[object, str]]:
    """Each cell of a row with the heading of its column."""
    return list(zip(labels, cells, strict=True))
