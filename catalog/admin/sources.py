"""Administration of data sources and of what is attached to entries."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from catalog import actions, hooks
from catalog.access import manageable_by
from catalog.admin.base import (
    ManagedAdmin,
    managed_departments,
    reader_of,
    today,
    warn_of,
    with_units,
)
from catalog.admin.forms import AttachmentForm, SourceForm
from catalog.models import Attachment, DataSource
from portal.errors import PortalError
from portal.ledger.records import record
from portal.organisation.models import Department


@admin.register(DataSource)
class DataSourceAdmin(ManagedAdmin):
    """Connections of the reader's departments; credentials are write-only."""

    form = SourceForm
    list_display = ("name", "department", "connector", "has_credentials", "suspended")
    list_filter = ("connector", "suspended")
    search_fields = ("name", "department__name")
    list_select_related = ("department",)
    actions = ("compare_now",)

    @admin.action(description=_("Compare with the entries they carry"))
    def compare_now(self, request: HttpRequest, queryset: QuerySet[DataSource]) -> None:
        """Compare each of the chosen sources at once, and say what came of it."""
        for source in queryset:
            outcome = actions.compare_source(source, now=timezone.now(), by=reader_of(request))
            if outcome.fault is not None:
                warn_of(request, outcome.fault)
                continue
            text = _("%(source)s: %(opened)s new differences, %(closed)s gone.")
            params = {"source": source, "opened": outcome.opened, "closed": outcome.closed}
            self.message_user(request, text % params)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DataSource]:
        """Only sources of the reader's departments."""
        own = with_units(managed_departments(request))
        return DataSource.objects.filter(department__in=own).defer("secrets")

    @display(description=_("credentials kept"), boolean=True)  # type: ignore[untyped-decorator]
    def has_credentials(self, obj: DataSource) -> bool:
        """Whether there are any, not which."""
        return bool(obj.secrets)

    def get_fieldsets(self, request: HttpRequest, obj: DataSource | None = None) -> Any:
        """The connection, then the credentials its kind wants."""
        del request
        names = list(SourceForm(instance=obj or DataSource()).fields)
        secret = [name for name in names if name.startswith("secret_")]
        sets: list[tuple[Any, dict[str, Any]]] = [
            (None, {"fields": [name for name in names if name not in secret]})
        ]
        if secret:
            sets.append((_("Credentials"), {"fields": secret}))
        return sets

    def get_form(
        self, request: HttpRequest, obj: DataSource | None = None, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        """Only the reader's departments can be chosen; credentials come with the form itself."""
        kwargs["fields"] = SourceForm.Meta.fields
        form: type[ModelForm[Any]] = super().get_form(request, obj, **kwargs)
        own = with_units(managed_departments(request))
        form.base_fields["department"].queryset = Department.objects.filter(pk__in=own)  # type: ignore[attr-defined]
        return form

    def save_model(
        self,
        request: HttpRequest,
        obj: DataSource,
        form: SourceForm,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Save, keep new credentials, and write into the ledger what was changed, never to what."""
        super().save_model(request, obj, form, change)
        kept, secrets = hooks.credentials(), form.secrets()
        if kept is not None and secrets:
            kept.store(obj, secrets)
        record(
            "source.changed" if change else "source.added",
            by=reader_of(request), obj=obj, now=timezone.now(), departments=[obj.department_id],
            data={"changed": sorted(form.changed_data), "credentials": sorted(secrets)},
        )  # fmt: skip


@admin.register(Attachment)
class AttachmentAdmin(ManagedAdmin):
    """Which table carries which entry; saved by the action, with all its checks."""

    list_display = ("resource", "source", "schema", "table", "approximate_rows")
    search_fields = ("resource__search__title", "table")
    list_select_related = ("resource__live", "source")
    autocomplete_fields = ("resource", "source")
    form = AttachmentForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attachment]:
        """Only entries that the reader looks after."""
        return Attachment.objects.filter(resource__in=manageable_by(reader_of(request), today()))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what the action refuses on the same page."""
        try:
            with transaction.atomic():
                response: HttpResponse = super().changeform_view(
                    request, object_id, form_url, extra_context
                )
        except PortalError as error:
            warn_of(request, error)
            return HttpResponseRedirect(request.path)
        return response

    def save_model(
        self,
        request: HttpRequest,
        obj: Attachment,
        form: ModelForm[Any],
        change: bool,  # noqa: FBT001
    ) -> None:
        """Attach."""
        del change
        location = {name: form.cleaned_data[name] for name in AttachmentForm.Meta.fields[2:]}
        attachment = actions.attach(
            by=reader_of(request), resource=obj.resource, source=obj.source, now=timezone.now(),
            **location,
        )  # fmt: skip
        obj.pk, obj._state.adding = attachment.pk, False  # noqa: SLF001 - saved by the action
