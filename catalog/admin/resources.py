"""Administration of entries: versions, buttons for sending and withdrawing."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action, display

from catalog import actions
from catalog.access import get_visible, manageable_by
from catalog.admin.base import (
    ManagedAdmin,
    confirmed,
    managed_departments,
    reader_of,
    today,
    with_units,
)
from catalog.admin.forms import NewEntryForm
from catalog.models import PublicationReview, Resource, ResourceVersion, VersionStatus
from portal.organisation.models import Department
from portal.pages.objects import chosen


class VersionInline(TabularInline):  # type: ignore[misc]
    """The versions of an entry; each has a page of its own."""

    model = ResourceVersion
    fk_name = "resource"
    fields = readonly_fields = ("number", "status", "title", "published_at", "published_by")
    extra = 0
    show_change_link = True
    ordering = ("-number",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Versions begin with the button."""
        del request, obj
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """On their own pages."""
        del request, obj
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As the entry."""
        del request, obj
        return True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        del request, obj
        return False


@admin.register(Resource)
class ResourceAdmin(ManagedAdmin):
    """Entries of the reader's departments."""

    list_display = ("shown_title", "code", "provider", "shown_status", "visibility", "updated_at")
    list_filter = ("status", "visibility")
    search_fields = ("code", "search__title", "provider__name")
    list_select_related = ("provider", "live", "search")
    ordering = ("-updated_at",)
    inlines = (VersionInline,)
    actions_detail = ("edit_draft", "send_draft", "show_reviews", "withdraw_entry")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resource]:
        """Only what the reader looks after."""
        return manageable_by(reader_of(request), today())

    @display(description=_("title"), ordering="search__title")  # type: ignore[untyped-decorator]
    def shown_title(self, obj: Resource) -> str:
        """The title as lists show it."""
        return obj.search.title if hasattr(obj, "search") else str(obj)

    @display(  # type: ignore[untyped-decorator]
        description=_("status"),
        label={"published": "success", "imported": "warning", "withdrawn": "danger"},
    )
    def shown_status(self, obj: Resource) -> tuple[str, str]:
        """The status as a coloured label."""
        return obj.status, str(obj.get_status_display())

    def get_fields(self, request: HttpRequest, obj: Resource | None = None) -> tuple[str, ...]:
        """A new entry begins with provider and title."""
        del request
        if obj is None:
            return ("provider", "title", "visibility")
        return (
            "provider",
            "code",
            "status",
            "visibility",
            "created_by",
            "created_at",
            "updated_at",
        )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Resource | None = None
    ) -> tuple[str, ...]:
        """The status follows from the buttons; only the visibility is a field."""
        del request
        if obj is None:
            return ()
        return ("provider", "code", "status", "created_by", "created_at", "updated_at")

    def get_form(
        self, request: HttpRequest, obj: Resource | None = None, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        """New entries are for the reader's departments only."""
        if obj is None:
            kwargs["form"] = NewEntryForm
        form: type[ModelForm[Any]] = super().get_form(request, obj, **kwargs)
        if obj is None:
            own = with_units(managed_departments(request))
            form.base_fields["provider"].queryset = Department.objects.filter(pk__in=own)  # type: ignore[attr-defined]
        return form

    def get_inlines(self, request: HttpRequest, obj: Resource | None = None) -> tuple[Any, ...]:
        """No versions before the entry."""
        del request
        return self.inlines if obj is not None else ()

    def save_model(
        self,
        request: HttpRequest,
        obj: Resource,
        form: ModelForm[Any],
        change: bool,  # noqa: FBT001
    ) -> None:
        """Run the action that the form stands for."""
        now = timezone.now()
        official = reader_of(request)
        if not change:
            version = actions.create_draft(
                by=official, provider=obj.provider,
                content={"title": form.cleaned_data["title"]}, items=[], now=now,
            )  # fmt: skip
            obj.pk, obj._state.adding = version.resource_id, False  # noqa: SLF001 - saved by the action
            change = "visibility" in form.changed_data
        if change and "visibility" in form.changed_data:
            actions.set_visibility(by=official, resource=obj, visibility=obj.visibility, now=now)

    def response_add(
        self, request: HttpRequest, obj: Resource, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go on with the content of the draft."""
        del request, post_url_continue
        return _to_draft(obj.shown_version())

    @action(description=_("Edit the draft"), url_path="draft")  # type: ignore[untyped-decorator]
    def edit_draft(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Open the draft; where there is none, ask before beginning the next version."""
        resource = self._managed(request, object_id)
        draft = resource.versions.filter(status=VersionStatus.DRAFT).first()
        if draft is not None:
            return _to_draft(draft)
        page = self._page(
            request, resource, _("Begin a new version"), _("Begin"),
            _("The live version stays until the new one is published."), _("The draft is ready."),
        )  # fmt: skip
        now = timezone.now()
        return confirmed(
            request, page=page, back=request.path,
            command=lambda _reason: actions.revise(by=reader_of(request), resource=resource, now=now),
        )  # fmt: skip

    @action(description=_("Send the draft for review"), url_path="send")  # type: ignore[untyped-decorator]
    def send_draft(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show everything that is missing, or send the draft."""
        resource = self._managed(request, object_id)
        draft = (
            resource.versions.filter(status=VersionStatus.DRAFT)
            .select_related("resource__provider__region", "resource__provider__parent")
            .first()
        )
        official = reader_of(request)
        back = reverse("admin:catalog_resource_change", args=[resource.pk])
        if draft is None or official is None:
            self.message_user(request, _("There is no draft to send."), "WARNING")
            return HttpResponseRedirect(back)
        now = timezone.now()
        page = self._page(
            request, resource, _("Send %(title)s for review") % {"title": draft.title}, _("Send"),
            _("The head of department approves it, then the competent authority reviews it."),
            _("The version was sent; the head of department approves."),
        )  # fmt: skip
        review = PublicationReview.objects.filter(version=draft).first()
        sending = actions.Sending(seen=review.step_count if review else 0)
        page["faults"] = actions.sending_faults(draft, official, now)
        return confirmed(
            request, page=page, back=back,
            command=lambda _reason: actions.send(
                by=official, version=draft, sending=sending, now=now
            ),
        )  # fmt: skip

    @action(description=_("Reviews"), url_path="reviews")  # type: ignore[untyped-decorator]
    def show_reviews(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Go to the timeline of the entry."""
        resource = self._managed(request, object_id)
        return HttpResponseRedirect(reverse("catalog:timeline", args=[resource.pk]))

    @action(description=_("Withdraw the entry"), url_path="withdraw")  # type: ignore[untyped-decorator]
    def withdraw_entry(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take the entry out of the catalog, with a reason."""
        resource = self._managed(request, object_id)
        page = self._page(
            request, resource, _("Withdraw %(title)s") % {"title": resource}, _("Withdraw the entry"),
            _("Nobody finds the entry any more; grants on it stop."), _("The entry is withdrawn."),
        )  # fmt: skip
        return confirmed(
            request, page=page, needs_reason=True,
            back=reverse("admin:catalog_resource_change", args=[resource.pk]),
            command=lambda reason: actions.withdraw(
                by=reader_of(request), resource=resource, reason=reason, now=timezone.now()
            ),
        )  # fmt: skip

    def _managed(self, request: HttpRequest, object_id: str) -> Resource:
        resource = get_visible(reader_of(request), object_id, today())
        return chosen(self.get_queryset(request).select_related("provider", "live"), resource.pk)

    def _page(self, request: HttpRequest, resource: Resource, *texts: Any) -> dict[str, Any]:
        title, button, text, done = texts
        return {
            **self.admin_site.each_context(request),
            "title": title, "button": button, "text": text, "done": done, "object": resource,
        }  # fmt: skip


def _to_draft(version: ResourceVersion) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:catalog_resourceversion_change", args=[version.pk]))
