"""Buttons that do something: the link shows a page that says what will happen, its form does it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
)

from portal.errors import Text
from portal.organisation.admin.base import PortalAdmin
from portal.organisation.models import Department, Region


class NothingMore(forms.Form):
    """Nothing to fill in."""


class ReasonForm(forms.Form):
    """Why it is done; kept in the ledger."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Kept in the ledger."),
    )


class ClosingForm(forms.Form):
    """From when a department no longer exists, and who takes over."""

    on = forms.DateField(
        label=_("First day it no longer exists"),
        widget=UnfoldAdminSingleDateWidget(attrs={"type": "date"}),
    )
    successor = forms.ModelChoiceField(
        label=_("Successor"),
        queryset=Department.objects.none(),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, department: Department, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Department.objects.in_office(on).filter(region=department.region_id)
        successor = cast("forms.ModelChoiceField[Department]", self.fields["successor"])
        successor.queryset = others.exclude(pk=department.pk)


class AbolitionForm(forms.Form):
    """From when a region no longer exists, and into which one it went."""

    on = forms.DateField(
        label=_("First day it no longer exists"),
        widget=UnfoldAdminSingleDateWidget(attrs={"type": "date"}),
    )
    successor = forms.ModelChoiceField(
        label=_("Successor region"),
        queryset=Region.objects.none(),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, region: Region, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Region.objects.in_use(on).filter(level=region.level)
        near = others.filter(code__startswith=region.code[:2]).exclude(pk=region.pk)
        successor = cast("forms.ModelChoiceField[Region]", self.fields["successor"])
        successor.queryset = near


@dataclass(frozen=True)
class Question:
    """What the page asks before it is done."""

    title: Text
    explanation: Text
    submit: Text
    done: Text
    form_class: type[forms.Form] = NothingMore
    form_options: dict[str, Any] = field(default_factory=dict)


def ask(
    admin: PortalAdmin,
    request: HttpRequest,
    obj: models.Model,
    question: Question,
    action: Callable[[dict[str, Any]], object],
) -> HttpResponse:
    """GET: the page with the form. POST: run ``action`` with the form's data, then back to ``obj``."""
    form = question.form_class(
        request.POST if request.method == "POST" else None, **question.form_options
    )
    if request.method == "POST" and form.is_valid():
        admin.run(request, lambda: action(form.cleaned_data), str(question.done))
        return admin.back_to(str(obj.pk))
    context = {
        **admin.admin_site.each_context(request),
        "title": question.title,
        "question": question,
        "form": form,
        "original": obj,
        "opts": admin.opts,
        "media": admin.media + form.media,
    }
    return TemplateResponse(request, "admin/confirm_action.html", context)
