"""The workbooks of departments and officials: columns, how a row finds its object, how it is saved."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.widgets import Widget

from portal.organisation import actions
from portal.organisation.admin.exchange import Choice, PortalResource
from portal.organisation.models import Department, Official, Region

_DATE_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")


class Text(Widget):  # type: ignore[misc]
    """Text; a code that Excel took for a number becomes text again."""

    def clean(self, value: object, row: Any = None, **_kwargs: Any) -> str:
        """The text, empty for an empty cell."""
        del row
        return "" if value is None else str(value).strip()

    def render(self, value: object, obj: Any = None, **_kwargs: Any) -> str:
        """The text."""
        del obj
        return "" if value is None else str(value)


class Code(Text):
    """A code that is missing rather than empty."""

    def clean(self, value: object, row: Any = None, **_kwargs: Any) -> str | None:  # type: ignore[override]
        """The code in capitals, or None."""
        return super().clean(value, row).upper() or None


class Day(Widget):  # type: ignore[misc]
    """A date, as a date cell or in the usual ways of writing it."""

    def clean(self, value: object, row: Any = None, **_kwargs: Any) -> date | None:
        """The date; None for an empty cell. ValueError says how to write it."""
        del row
        if isinstance(value, datetime):
            return value.date()
        if value is None or isinstance(value, date):
            return value
        for form in _DATE_FORMS:
            try:
                return datetime.strptime(str(value).strip(), form).replace(tzinfo=None).date()  # noqa: DTZ007
            except ValueError:
                continue
        raise ValueError(_("Write the date as 2026-11-23."))

    def render(self, value: date | None, obj: Any = None, **_kwargs: Any) -> str:
        """ISO."""
        del obj
        return value.isoformat() if value else ""


class Known(Widget):  # type: ignore[misc]
    """Another object, named by a code; ValueError when there is none."""

    def __init__(
        self, find: Callable[[str], Any], show: Callable[[Any], str], missing: Any
    ) -> None:
        super().__init__()
        self._find, self._show, self._missing = find, show, missing

    def clean(self, value: object, row: Any = None, **_kwargs: Any) -> Any:
        """The object, or None for an empty cell."""
        del row
        text = "" if value is None else str(value).strip()
        found = self._find(text) if text else None
        if text and found is None:
            raise ValueError(str(self._missing) % {"code": text})
        return found

    def render(self, value: Any, obj: Any = None, **_kwargs: Any) -> str:
        """Its code."""
        del obj
        return self._show(value) if value else ""


def _department(text: str) -> Department | None:
    """By credit code, or by its name if only one that exists has it."""
    by_code: Department | None = Department.objects.filter(uscc=text.upper()).first()
    if by_code:
        return by_code
    named = Department.objects.in_office(timezone.localdate()).filter(name=text)
    found: list[Department] = list(named[:2])
    return found[0] if len(found) == 1 else None


_REGION = Known(
    lambda text: Region.objects.filter(pk=text).first(),
    lambda region: str(region.pk),
    gettext_lazy("No region has the code %(code)s."),
)
_DEPARTMENT = Known(
    _department,
    lambda department: str(department.uscc or department.name),
    gettext_lazy("No department, or more than one, is called %(code)s."),
)


def _field(name: str, widget: Any) -> Field:
    return Field(attribute=name, column_name=name, widget=widget)


class DepartmentWorkbook(PortalResource):
    """One department a row; found again by credit code, or by region and name without one."""

    name = _field("name", Text())
    name_en = _field("name_en", Text())
    short_name = _field("short_name", Text())
    uscc = _field("uscc", Code())
    region = _field("region", _REGION)
    kind = _field("kind", Choice(Department.Kind))
    parent = _field("parent", _DEPARTMENT)
    superior = _field("superior", _DEPARTMENT)
    valid_from = _field("valid_from", Day())

    columns = {
        "name": gettext_lazy("name"),
        "name_en": gettext_lazy("English name"),
        "short_name": gettext_lazy("short name"),
        "uscc": gettext_lazy("unified social credit code"),
        "region": gettext_lazy("region code"),
        "kind": gettext_lazy("kind"),
        "parent": gettext_lazy("unit of"),
        "superior": gettext_lazy("superior in its line"),
        "valid_from": gettext_lazy("exists from"),
    }
    required = ("name", "region")

    class Meta:
        model = Department
        fields = (
            "name",
            "name_en",
            "short_name",
            "uscc",
            "region",
            "kind",
            "parent",
            "superior",
            "valid_from",
        )
        import_id_fields = ()
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True

    def get_instance(self, instance_loader: Any, row: dict[str, Any]) -> Department | None:
        """The department the row is about."""
        del instance_loader
        if code := Code().clean(row.get("uscc")):
            found: Department | None = Department.objects.filter(uscc=code).first()
            if found:
                return found
        named: Department | None = Department.objects.filter(
            region=str(row.get("region") or ""), name=str(row.get("name") or ""), valid_until=None
        ).first()
        return named if named and (named.uscc is None or not code) else None

    def before_import_row(self, row: dict[str, Any], **_kwargs: Any) -> None:
        """An empty cell here means: as it was, or as is usual for a new department."""
        for name in ("kind", "valid_from", "uscc"):
            if not row.get(name):
                row.pop(name, None)

    def after_init_instance(
        self,
        instance: Department,
        new: bool,  # noqa: FBT001
        row: Any,
        **_kwargs: Any,
    ) -> None:
        """A new department exists from today unless the row says otherwise; without a code it is unverified."""
        if new:
            instance.verified = bool(row.get("uscc")) or bool(row.get("parent"))
            instance.valid_from = timezone.localdate(self.now)

    def save_row(self, instance: Department, *, is_create: bool) -> None:
        """Through the actions."""
        now = self.now or timezone.now()
        save = actions.create_department if is_create else actions.update_department
        save(by=self.by, department=instance, now=now)


class OfficialWorkbook(PortalResource):
    """One account a row, found by its user name. Never passwords, never posts."""

    username = _field("username", Text())
    full_name = _field("full_name", Text())
    email = _field("email", Text())
    department = _field("department", _DEPARTMENT)

    columns = {
        "username": gettext_lazy("user name"),
        "full_name": gettext_lazy("full name"),
        "email": gettext_lazy("e-mail"),
        "department": gettext_lazy("department"),
    }
    required = ("username", "full_name")

    class Meta:
        model = Official
        fields = ("username", "full_name", "email", "department")
        import_id_fields = ("username",)
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True

    def after_init_instance(self, instance: Official, new: bool, row: Any, **_kwargs: Any) -> None:  # noqa: FBT001
        """A new account has no usable password until its owner sets one."""
        del row
        if new:
            instance.set_unusable_password()

    def save_row(self, instance: Official, *, is_create: bool) -> None:
        """Through the actions."""
        now = self.now or timezone.now()
        save = actions.create_official if is_create else actions.update_official
        save(by=self.by, official=instance, now=now)
