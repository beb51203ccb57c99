"""What the admin pages of sharing have in common: the rows the reader sees, nothing to type in."""

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.admin import ModelAdmin, TabularInline

from catalog.admin.base import confirmed, reader_of, today
from portal.errors import NotVisible, Text
from portal.organisation.models import Official
from portal.pages.objects import has

Seen = Callable[[Official, date], QuerySet[Any]]
"""Rows that an official sees on a day, from sharing.access."""


class Untouched:
    """Nothing is added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows come from actions."""
        del request, obj
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Status follows from commands."""
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """History stays."""
        del request, obj
        return False


class SeenAdmin(Untouched, ModelAdmin):  # type: ignore[misc]
    """Shows what the reader sees elsewhere too; a superuser sees nothing more (DESIGN §4)."""

    seen: ClassVar[Seen]
    list_filter_submit = True
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only what the reader sees."""
        official = reader_of(request)
        if official is None:
            nothing: QuerySet[Any] = super().get_queryset(request).none()
            return nothing
        return type(self).seen(official, today())

    def has_module_permission(self, request: HttpRequest) -> bool:
        """For every official who may open the administration."""
        return reader_of(request) is not None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are limited by the queryset; a row that is in it may be seen."""
        if obj is None:
            return reader_of(request) is not None
        key = obj.pk if hasattr(obj, "pk") else obj  # actions of the theme pass the key alone
        return has(self.get_queryset(request), key)

    def ask_for(
        self, request: HttpRequest, object_id: str, words: tuple[Text, Text, Text],
        command: Callable[[Official, str], Any],
    ) -> HttpResponse:  # fmt: skip
        """Ask for a reason, then run ``command(official, reason)``.

        ``words``: what the page says, what the button says, what is said afterwards.
        """
        official = reader_of(request)
        if official is None or not self.has_view_permission(request, object_id):
            raise NotVisible("")
        text, button, done = words
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        page = {
            **self.admin_site.each_context(request),
            "title": button,
            "text": text,
            "button": button,
            "done": done,
            "opts": self.opts,
        }
        return confirmed(
            request,
            page=page,
            back=reverse(name, args=[object_id]),
            command=lambda reason: command(official, reason),
            needs_reason=True,
        )


class SeenInline(Untouched, TabularInline):  # type: ignore[misc]
    """Rows that belong to the object shown."""

    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As the object."""
        del request, obj
        return True
