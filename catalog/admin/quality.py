"""Administration of the scale of quality: numbers of the authority, looked at by stewards."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from catalog.models import QualityMeasure
from catalog.quality import set_measure
from catalog.quality.measures import measure_faults, measure_label
from portal.organisation.admin.base import PortalAdmin, by


class MeasureForm(forms.ModelForm[QualityMeasure]):
    """One number of the scale; all faults are shown at once."""

    class Meta:
        model = QualityMeasure
        fields = ("value",)

    def clean_value(self) -> Any:
        """ValidationError with every fault and its remedy."""
        value = self.cleaned_data["value"]
        if faults := measure_faults(self.instance, value):
            raise forms.ValidationError([f"{fault.message} {fault.remedy}" for fault in faults])
        return value


@admin.register(QualityMeasure)
class QualityMeasureAdmin(PortalAdmin):
    """Weights and limits; a change has every entry assessed anew."""

    form = MeasureForm
    list_display = ("label_shown", "kind", "value")
    list_filter = ("kind",)
    search_fields = ("code",)
    list_per_page = 100

    @display(description=_("measure"))  # type: ignore[untyped-decorator]
    def label_shown(self, obj: QualityMeasure) -> str:
        """What the number measures."""
        return str(measure_label(obj))

    def save_model(
        self,
        request: HttpRequest,
        obj: QualityMeasure,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Through the action."""
        del form, change
        set_measure(by=by(request), measure=obj, value=obj.value, now=timezone.now())
