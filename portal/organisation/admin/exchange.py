"""Excel in and out: upload, preview with every fault by row, confirm; nothing is written before."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

import tablib
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import XLSX
from import_export.resources import ModelResource
from import_export.results import Result, RowResult
from import_export.tmp_storages import CacheStorage
from import_export.widgets import Widget
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from portal.errors import Fault, Invalid, PortalError
from portal.organisation.admin.base import PortalAdmin, by, refusal
from portal.organisation.admin.policy import Act
from portal.organisation.models import Official
from portal.spreadsheets import MAX_UPLOAD, read_rows, write_rows

log = logging.getLogger(__name__)


class Workbook(XLSX):  # type: ignore[misc]
    """The only format: Excel workbooks, read and written with care."""

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        """The first sheet. Invalid when it cannot or must not be read."""
        heading, *rows = read_rows(in_stream)
        return tablib.Dataset(*rows, headers=[str(cell or "") for cell in heading])

    def export_data(self, dataset: tablib.Dataset, **_options: Any) -> bytes:
        """A workbook whose cells are all text."""
        return write_rows([dataset.headers, *dataset])


class UploadForm(ImportForm):  # type: ignore[misc]
    """Refuses what is too large before it is read."""

    def clean_import_file(self) -> Any:
        """At most MAX_UPLOAD bytes, and named as a workbook."""
        file = self.cleaned_data["import_file"]
        if file.size > MAX_UPLOAD or not file.name.lower().endswith(".xlsx"):
            raise ValidationError(
                _("Upload an Excel workbook (.xlsx) of at most %(size)s MB."),
                params={"size": MAX_UPLOAD // 1024 // 1024},
            )
        return file


class Upload(CacheStorage):  # type: ignore[misc]
    """Between preview and confirmation the file waits in the cache, which all web servers share."""

    CACHE_LIFETIME = 3600

    def read(self) -> bytes:
        """The file. Invalid when it has waited too long."""
        content: bytes | None = super().read()
        if content is None:
            raise Invalid(_("The upload has expired."), remedy=_("Please upload the file again."))
        return content


class NamedFaults(Result):  # type: ignore[misc]
    """Faults under the column's heading and the row's number in Excel."""

    labels: Mapping[str, str] = {}

    def append_invalid_row(self, number: int, row: Any, validation_error: ValidationError) -> None:
        """Count the heading as row 1, name columns as the person knows them."""
        super().append_invalid_row(number + 1, row, validation_error)
        found = self.invalid_rows[-1]
        values = [row.get(name) for name in self.labels]
        found.values = tuple("" if value is None else value for value in values)
        found.error_dict = {
            name if name == NON_FIELD_ERRORS else str(self.labels.get(name, name)): texts
            for name, texts in found.error_dict.items()
        }


class PortalResource(ModelResource):  # type: ignore[misc]
    """Rows of a workbook become objects through actions.

    ``columns`` maps field names to translatable headings; a workbook may use those of any language
    the portal speaks. Exports use the reader's.
    """

    columns: ClassVar[Mapping[str, Any]] = {}
    required: ClassVar[Sequence[str]] = ()

    def __init__(
        self, *, by: Official | None = None, now: datetime | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self.by = by
        self.now = now

    def save_row(self, instance: Any, *, is_create: bool) -> None:
        """Save one row through an action."""
        raise NotImplementedError

    @classmethod
    def headings(cls) -> dict[str, str]:
        """Field name by heading, in all languages."""
        found = {}
        for code, _name in settings.LANGUAGES:
            with translation.override(code):
                found.update({str(label).casefold(): name for name, label in cls.columns.items()})
        return found

    def before_import(self, dataset: tablib.Dataset, **_kwargs: Any) -> None:
        """Understand the headings; Invalid names all that are unknown, doubled or missing."""
        headings = self.headings()
        given = [str(heading).strip() for heading in dataset.headers]
        names = [headings.get(heading.casefold(), "") for heading in given]
        faults = [
            Fault("", _("Unknown column: %(name)s") % {"name": heading or "∅"})
            for heading, name in zip(given, names, strict=True)
            if not name
        ]
        faults += [
            Fault(name, _("Missing column: %(name)s") % {"name": self.columns[name]})
            for name in self.required
            if name not in names
        ]
        faults += [
            Fault(name, _("Column twice: %(name)s") % {"name": self.columns[name]})
            for name in self.columns
            if names.count(name) > 1
        ]
        if faults:
            raise Invalid("；".join(str(fault.message) for fault in faults), faults)
        dataset.headers = names

    def get_result_class(self) -> type[Result]:
        """Results that name faults."""
        return type("Faults", (NamedFaults,), {"labels": self.columns})

    def get_diff_headers(self) -> list[str]:
        """Headings of the preview."""
        return self.get_export_headers()

    def get_export_headers(self, selected_fields: Iterable[str] | None = None) -> list[str]:
        """Headings in the reader's language."""
        del selected_fields
        return [str(self.columns[field.column_name]) for field in self.get_user_visible_fields()]

    def import_row(self, row: Any, instance_loader: Any, **kwargs: Any) -> RowResult:
        """Pass over empty rows; turn whatever goes wrong in a row into a fault of that row."""
        if not any(value is not None for value in row.values()):
            empty = RowResult()
            empty.import_type = RowResult.IMPORT_TYPE_SKIP
            empty.diff = [""] * len(self.get_diff_headers())
            return empty
        found = super().import_row(row, instance_loader, **kwargs)
        if found.errors:
            error = found.errors[0].error
            log.warning("row could not be imported: %s", type(error).__name__)
            found.errors = []
            found.import_type = RowResult.IMPORT_TYPE_INVALID
            found.validation_error = ValidationError(_("This row cannot be read."))
        return found

    def validate_instance(
        self,
        instance: Any,
        import_validation_errors: Any = None,
        validate_unique: bool = True,  # noqa: FBT001, FBT002
    ) -> None:
        """Check the fields of the workbook; the others are filled by the action."""
        faults = dict(import_validation_errors or {})
        others = [one.name for one in self._meta.model._meta.fields if one.name not in self.columns]
        try:
            instance.full_clean(exclude=[*faults, *others], validate_unique=validate_unique)
        except ValidationError as error:
            faults = error.update_error_dict(faults)
        if faults:
            raise ValidationError(faults)

    def do_instance_save(self, instance: Any, is_create: bool) -> None:  # noqa: FBT001
        """Through the action; what it or the database refuses is a fault of the row."""
        try:
            with transaction.atomic():
                self.save_row(instance, is_create=is_create)
        except (IntegrityError, PortalError) as error:
            raise ValidationError(refusal(error)) from error


class ExcelAdmin(ImportExportMixin, PortalAdmin):  # type: ignore[misc]
    """A model that can be brought in and taken out as a workbook."""

    formats = (Workbook,)
    import_form_class = UploadForm
    export_form_class = ExportForm
    tmp_storage_class = Upload
    import_error_display = ("message",)

    def has_import_permission(self, request: HttpRequest) -> bool:
        """As the policy says."""
        return self.may(request, Act.IMPORT)

    def has_export_permission(self, request: HttpRequest) -> bool:
        """As the policy says."""
        return self.may(request, Act.EXPORT)

    def get_import_formats(self) -> list[type[Workbook]]:
        """Workbooks only."""
        return [Workbook]

    get_export_formats = get_import_formats

    def get_import_resource_kwargs(self, request: HttpRequest, **_kwargs: Any) -> dict[str, Any]:
        """Who imports, and when."""
        return {"by": by(request), "now": timezone.now()}

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """All or nothing, also when somebody changed the data since the preview."""
        return {**super().get_import_data_kwargs(**kwargs), "rollback_on_validation_errors": True}

    def add_data_read_fail_error_to_form(self, form: Any, e: Exception) -> None:
        """Say what is wrong with the file."""
        unknown = Invalid(_("The file cannot be read as a workbook."))
        form.add_error("import_file", refusal(e if isinstance(e, PortalError) else unknown))

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Say which columns a workbook may have by their headings."""
        answer: HttpResponse = super().import_action(request, **kwargs)
        _say_what_is_wrong_with_the_file(answer)
        return _with_headings(answer, self.resource_classes)

    def export_action(self, request: HttpRequest) -> HttpResponse:
        """Say which columns the workbook will have by their headings."""
        answer: HttpResponse = super().export_action(request)
        return _with_headings(answer, self.resource_classes)

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Write what was previewed."""
        try:
            answer: HttpResponse = super().process_import(request, **kwargs)
        except PortalError as error:
            messages.error(request, refusal(error))
            return self._to_import()
        return answer

    def process_result(self, result: Result, request: HttpRequest) -> HttpResponse:
        """Say what was written; nothing was if something has become wrong since the preview."""
        if result.has_errors() or result.has_validation_errors():
            messages.error(
                request,
                _(
                    "Nothing was imported: the data has changed since the preview. Please upload the file again."
                ),
            )
            return self._to_import()
        answer: HttpResponse = super().process_result(result, request)
        return answer

    def _to_import(self) -> HttpResponse:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_import"
        return HttpResponseRedirect(reverse(name))


def _say_what_is_wrong_with_the_file(answer: HttpResponse) -> None:
    """Put what concerns the whole file at its field; the theme would show how it was found."""
    context = answer.context_data if isinstance(answer, TemplateResponse) else None
    if context is None or not (result := context.get("result")) or not result.base_errors:
        return
    for one in result.base_errors:
        unknown = Invalid(_("The file cannot be read as a workbook."))
        error = one.error if isinstance(one.error, PortalError) else unknown
        context["form"].add_error("import_file", refusal(error))
    del context["result"]


def _with_headings(answer: HttpResponse, resources: Iterable[type[PortalResource]]) -> HttpResponse:
    if isinstance(answer, TemplateResponse) and answer.context_data is not None:
        answer.context_data["fields_list"] = [
            (one.get_display_name(), [str(label) for label in one.columns.values()])
            for one in resources
        ]
    return answer


class Choice(Widget):  # type: ignore[misc]
    """Reads and writes one of a field's choices by its label (any language) or its code."""

    def __init__(self, choices: type[models.TextChoices]) -> None:
        super().__init__()
        self._choices = choices

    def clean(self, value: object, row: Any = None, **_kwargs: Any) -> str:
        """The code. ValueError names the labels that are possible."""
        del row
        text = str(value or "").strip().casefold()
        for code, _name in settings.LANGUAGES:
            with translation.override(code):
                for choice in self._choices:
                    if text in {choice.value, str(choice.label).casefold()}:
                        return str(choice.value)
        labels = "、".join(str(choice.label) for choice in self._choices)
        raise ValueError(_("Not one of: %(labels)s") % {"labels": labels})

    def render(self, value: str, obj: object = None, **_kwargs: Any) -> str:
        """The label in the reader's language."""
        del obj
        return str(self._choices(value).label) if value else ""
