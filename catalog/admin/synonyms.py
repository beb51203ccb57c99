"""Administration of synonyms: kept by the competent authority, seen by stewards (policy table)."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from catalog.actions import remove_synonyms, save_synonyms
from catalog.actions.synonyms import synonym_faults
from catalog.models import SynonymGroup
from catalog.search.synonyms import clean
from portal.organisation.admin.base import PortalAdmin, by


class WordsField(forms.CharField):
    """Words, one on each line; all faults are shown at once."""

    widget = UnfoldAdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        """One word on each line."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """The words, cleaned."""
        return clean(str(value or "").splitlines())

    def validate(self, value: Any) -> None:
        """ValidationError with every fault and its remedy."""
        super().validate(value)
        if faults := synonym_faults(value):
            raise forms.ValidationError([f"{fault.message} {fault.remedy}" for fault in faults])


class SynonymForm(forms.ModelForm[SynonymGroup]):
    """A group of words."""

    words = WordsField(
        label=_("words"),
        help_text=_(
            "One word on each line. In a group that works one way, the first finds the others."
        ),
    )

    class Meta:
        model = SynonymGroup
        fields = ("words", "one_way", "active", "note")


@admin.register(SynonymGroup)
class SynonymGroupAdmin(PortalAdmin):
    """Words that mean the same; a change holds for the next search, wherever it is answered."""

    form = SynonymForm
    list_display = ("words_shown", "one_way", "active", "note")
    list_filter = ("one_way", "active")
    search_fields = ("words", "note")

    @display(description=_("words"), ordering="words")  # type: ignore[untyped-decorator]
    def words_shown(self, obj: SynonymGroup) -> str:
        """All words, with the direction."""
        return str(obj)

    def save_model(
        self,
        request: HttpRequest,
        obj: SynonymGroup,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Through the action."""
        del form, change
        save_synonyms(by=by(request), group=obj, now=timezone.now())

    def delete_model(self, request: HttpRequest, obj: SynonymGroup) -> None:
        """Through the action."""
        remove_synonyms(by=by(request), group=obj, now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SynonymGroup]) -> None:
        """One by one, through the action."""
        for group in queryset:
            self.delete_model(request, group)
