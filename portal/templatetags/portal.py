"""Tags and filters of all pages: ``{% load portal %}``. docs/guides/pages.md shows each at work."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template import Context, Engine
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.context import NavEntry
from portal.errors import Fault, Text
from portal.organisation import naming
from portal.organisation.models import Department
from portal.pages import dates
from portal.pages.chain import ChainGroup
from portal.pages.fields import FieldView, summary_of, summary_of_faults, visible_fields
from portal.views import ShownPanel
from portal.worktime.access import calendar

register = template.Library()

NOTICE_ICONS = {"": "info", "wait": "alert", "stop": "stop", "ok": "check"}
TAG_ICONS = {"": "circle", "run": "clock", "wait": "pause", "ok": "check", "stop": "stop"}
MESSAGE_KINDS = {"success": "ok", "warning": "wait", "error": "stop"}


# --- small things ------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str) -> SafeString:
    """``{% icon "clock" %}``: a symbol of _icons.html; decoration, a word stands beside it."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag
def tag(kind: str, text: Text, icon_name: str = "") -> SafeString:
    """``{% tag "ok" _("consented") %}``: a state as icon and word.

    Kinds: "" quiet, "run" under way, "wait" waits for somebody, "ok" good, "stop" bad or ended.
    """
    css = f"tag tag--{kind}" if kind else "tag"
    symbol = icon(icon_name or TAG_ICONS[kind])
    return format_html('<span class="{}">{}{}</span>', css, symbol, text)


@register.simple_tag
def attr(text: Text, kind: str = "") -> SafeString:
    """``{% attr _("personal information") "personal" %}``: a property; never a state."""
    css = f"attr attr--{kind}" if kind else "attr"
    return format_html('<span class="{}">{}</span>', css, text)


@register.simple_tag
def why(text: Text, element_id: str = "") -> SafeString:
    """``{% why reason "why-sign" %}``: the reason of a button with ``aria-describedby``."""
    identity = format_html(' id="{}"', element_id) if element_id else ""
    return format_html('<p class="why"{}>{}{}</p>', identity, icon("info"), text)


@register.inclusion_tag("_button.html")
def button(
    text: Text, *, reason: Text = "", name: str = "", value: str = "", kind: str = ""
) -> dict[str, Any]:
    """``{% button _("Sign") kind="primary" %}``: submits its form; off, with the reason below it,
    when there is a ``reason``. Kinds, several at once: primary (one a page), danger, small, wide.
    """
    css = " ".join(["button", *(f"button--{one}" for one in kind.split())])
    why_id = "-".join(filter(None, ["why", name or "button", value]))
    return {
        "text": text,
        "reason": reason,
        "name": name,
        "value": value,
        "css": css,
        "why_id": why_id,
    }


@register.filter
def message_kind(tags: str) -> str:
    """The kind of notice for the tags of a Django message."""
    return next((MESSAGE_KINDS[tag] for tag in tags.split() if tag in MESSAGE_KINDS), "")


@register.filter
def notice_icon(kind: str) -> str:
    """The symbol of a kind of notice."""
    return NOTICE_ICONS.get(kind, "info")


@register.filter
def number(value: float | None) -> str:
    """1286 as 1,286; nothing as –."""
    return "–" if value is None else f"{value:,}"


@register.filter
def minutes(value: timedelta) -> int:
    """A span of time in whole minutes."""
    return int(value.total_seconds()) // 60


# --- dates ---------------------------------------------------------------------------------------
@register.filter
def day(value: date | datetime | None, today: date | None = None) -> str:
    """11月25日 周三 / Wed 25 Nov; with the year unless it is this year."""
    return dates.day_in_week(_date(value), today or timezone.localdate()) if value else "–"


@register.filter
def full_day(value: date | datetime | None) -> str:
    """2026年11月25日 / 25 Nov 2026."""
    return dates.full_day(_date(value)) if value else "–"


@register.filter
def moment(value: datetime | None, today: date | None = None) -> str:
    """今天 9:05, 11月25日 9:05 / today 9:05, 25 Nov 9:05."""
    return dates.moment(value, today or timezone.localdate()) if value else "–"


@register.filter
def due(value: date | datetime | None, today: date | None = None) -> SafeString | str:
    """A due date for a table cell: 11月25日 周三, below it 剩 2 个工作日, marked when near or past."""
    if not value:
        return "–"
    text = _due(value, today)
    return format_html(
        '<span><span class="strong nowrap">{}</span> <span class="sub {}">{}</span></span>',
        text.date,
        text.state,
        text.left,
    )


@register.filter
def due_line(value: date | datetime | None, today: date | None = None) -> SafeString | str:
    """The same in one line: 11月25日 周三 · 剩 2 个工作日."""
    if not value:
        return "–"
    text = _due(value, today)
    return format_html('<span class="{}">{} · {}</span>', text.state, text.date, text.left)


@register.filter
def due_row(value: date | datetime | None, today: date | None = None) -> str:
    """Class of a table row with this due date: row--soon, row--late or nothing."""
    state = _due(value, today).state if value else ""
    return f"row--{state}" if state else ""


def _due(value: date | datetime, today: date | None) -> dates.DueText:
    return dates.due(_date(value), today or timezone.localdate(), calendar())


def _date(value: date | datetime) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


@register.filter
def as_of(department: Department | None, value: date | datetime | None) -> str:
    """``{{ department|as_of:submitted_at }}``: its name then, and today's where it differs."""
    today = timezone.localdate()
    on = _date(value) if value else today
    return naming.then_and_now(department, on, today) if department else ""


# --- forms ---------------------------------------------------------------------------------------
@register.inclusion_tag("_field.html")
def field(bound: BoundField, *, optional: bool = True) -> dict[str, Any]:
    """``{% field form.name %}``: label, hint, error and control; ``optional=False`` does not say
    that the field may stay empty.
    """
    return {"field": FieldView(bound, optional=optional)}


@register.inclusion_tag("_fields.html")
def fields(form: BaseForm) -> dict[str, Any]:
    """``{% fields form %}``: all fields of a form in order."""
    return {"fields": visible_fields(form)}


@register.inclusion_tag("_error_summary.html")
def error_summary(source: BaseForm | Sequence[Fault]) -> dict[str, Any]:
    """``{% error_summary form %}`` at the top of the page; takes the faults of an action too."""
    lines = summary_of(source) if isinstance(source, BaseForm) else summary_of_faults([*source])
    return {"lines": lines}


# --- lists ---------------------------------------------------------------------------------------
@register.inclusion_tag("_facts.html")
def facts(rows: Iterable[Sequence[Any]], kind: str = "") -> dict[str, Any]:
    """``{% facts rows %}``: rows of (term, description) or (term, description, change address).

    Kinds: "two" columns, "short" terms, "change" (with the third value).
    """
    padded = [(*row, "")[:3] for row in rows]
    return {"rows": padded, "kind": kind}


@register.inclusion_tag("_pager.html", takes_context=True)
def pager(context: Context, page: Page[Any]) -> dict[str, Any]:
    """``{% pager page_obj %}``: page numbers of a Django paginator, keeping the other parameters."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return {"request": context["request"], "page_obj": page, "numbers": list(numbers)}


@register.inclusion_tag("_pager_keyset.html", takes_context=True)
def pager_keyset(
    context: Context, next_cursor: str | None, *, name: str = "after", shown: str = ""
) -> dict[str, Any]:
    """``{% pager_keyset cursor %}``: first page and next page of a list that is read by key."""
    parameters = context["request"].GET.copy()
    is_first = parameters.pop(name, None) is None
    first_url = f"?{parameters.urlencode()}"
    parameters[name] = next_cursor or ""
    return {
        "shown": shown,
        "is_first": is_first,
        "first_url": first_url,
        "next_cursor": next_cursor,
        "next_url": f"?{parameters.urlencode()}",
    }


@register.inclusion_tag("_chain.html")
def chain(groups: Sequence[ChainGroup], kind: str = "wide", label: Text = "") -> dict[str, Any]:
    """``{% chain groups "wide" %}``: see portal/pages/chain.py.

    Kinds: "wide" (sides in a column of their own), "roomy" (wide, and decisions too), "small".
    """
    today = timezone.localdate()
    return {"groups": groups, "kind": kind, "label": label, "today": today}


@register.inclusion_tag("_chain_small.html")
def chain_small(groups: Sequence[ChainGroup], label: Text = "") -> dict[str, Any]:
    """``{% chain_small groups %}``: the same chain for a side panel, without its details."""
    stages = [stage for group in groups for stage in group.stages]
    return {"stages": stages, "label": label}


# --- the shell -----------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def home_panel(context: Context, shown: ShownPanel) -> SafeString:
    """Render a panel of the home page with what it asked for."""
    with context.push(**shown.data):
        return Engine.get_default().get_template(shown.panel.template).render(context)


@register.simple_block_tag(takes_context=True)
def navigation(context: Context, content: str) -> SafeString:
    """Frame the main navigation; the content is the key of the entry that is current, if given.

    Without a key the entry counts whose address begins the address of the page.
    """
    page = context.get("page")
    nav = page.nav if page else ()
    current = content.strip() or _entry_above(context, nav)
    head = next((entry for entry in nav if current in entry.keys), None)
    return render_to_string("_nav.html", {"nav": nav, "current": current, "head": head})


def _entry_above(context: Context, nav: Sequence[NavEntry]) -> str:
    path = getattr(context.get("request"), "path", "")
    entries = [one for entry in nav for one in (entry, *entry.below)]
    above = [entry for entry in entries if entry.url != "/" and path.startswith(entry.url)]
    return max(above, key=lambda entry: len(entry.url)).key if above else ""
