"""The page of the administration that puts a year's notice into the calendar, after a preview."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from portal.errors import Invalid
from portal.organisation.admin.base import by
from portal.worktime import actions
from portal.worktime.access import read_calendar
from portal.worktime.changes import moved_by
from portal.worktime.models import Holiday
from portal.worktime.table import read_table, text_of_file

SHOWN: Final = 200
"""So many due dates that move are named; of more their number is."""
LARGEST: Final = 1024 * 1024


class NoticeForm(forms.Form):
    """The days of one year and where they come from."""

    year = forms.IntegerField(
        label=gettext_lazy("Year"), min_value=2000, max_value=2100,
        widget=UnfoldAdminIntegerFieldWidget,
    )  # fmt: skip
    source = forms.CharField(
        label=gettext_lazy("Notice"),
        max_length=150,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Number and date of the State Council's notice."),
    )
    text = forms.CharField(
        label=gettext_lazy("Days"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 14}),
        help_text=gettext_lazy(
            "One line a day or span: day, 放假 or 上班, name. Such as: 2027-10-01~2027-10-07 放假 国庆节"
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("or a file"),
        required=False,
        help_text=gettext_lazy("CSV or Excel with the same columns: day, kind, name."),
    )

    def days(self) -> list[Holiday]:
        """The days that were entered; Invalid with every mistake. Call it on a valid form."""
        upload = self.cleaned_data.get("file")
        text = self.cleaned_data["text"]
        if upload is not None:
            if upload.size > LARGEST:
                raise Invalid(
                    _("The file is too large."), remedy=_("A year's days need a few kilobytes.")
                )
            text = text_of_file(upload.read())
        return read_table(text, self.cleaned_data["year"])


def show(request: HttpRequest, *, admin_context: Mapping[str, Any]) -> HttpResponse:
    """Ask, preview, publish: the last only with the very lines that were previewed."""
    form = NoticeForm(request.POST or None, request.FILES or None)
    days: Sequence[Holiday] = ()
    if request.method == "POST" and form.is_valid():
        try:
            days = form.days()
        except Invalid as error:
            for fault in error.faults:
                form.add_error("text", f"{fault.message} {fault.remedy}")
            if not error.faults:
                form.add_error("file", f"{error.message} {error.remedy}")
        else:
            if "publish" in request.POST:
                return _publish(request, form, days)
            form = _with_text(form, days)
    context = {
        **admin_context,
        "title": _("Enter the notice for a year"),
        "form": form,
        "days": days,
        **(_moved(form.data.get("year", ""), days) if days else {}),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/worktime/notice.html", context, status=status)


def _publish(request: HttpRequest, form: NoticeForm, days: Sequence[Holiday]) -> HttpResponse:
    year = actions.publish_year(
        by=by(request), year=form.cleaned_data["year"], days=days,
        source=form.cleaned_data["source"], now=timezone.now(),
    )  # fmt: skip
    messages.success(
        request, _("%(year)s is published; due dates are recomputed.") % {"year": year.year}
    )
    return HttpResponseRedirect(reverse("admin:worktime_calendaryear_changelist"))


def _with_text(form: NoticeForm, days: Sequence[Holiday]) -> NoticeForm:
    """The form with the days in its text, so that a file is not needed a second time."""
    words = {"holiday": "放假", "makeup": "上班"}
    lines = [f"{day.day.isoformat()} {words[day.kind]} {day.name}".strip() for day in days]
    data = form.cleaned_data
    return NoticeForm({"year": data["year"], "source": data["source"], "text": "\n".join(lines)})


def _moved(year: object, days: Sequence[Holiday]) -> dict[str, Any]:
    calendar = actions.with_year(read_calendar(), int(str(year)), days)
    found = moved_by(calendar)
    shown = list(islice(found, SHOWN))
    return {"moved": shown, "more": sum(1 for _one in found)}
