"""What can be wrong with an imported line, and the report that collects it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _


class Defect(models.TextChoices):
    """Kinds of defects; none but the broken ones keeps a line from being loaded."""

    BROKEN_LINE = "broken_line", _("broken line, skipped")
    REPEATED_LINE = "repeated_line", _("the same line again, skipped")
    CHANGED_AFTER_EDITING = (
        "changed_after_editing",
        _("changed at the source after the provider took over, left alone"),
    )
    UNTIDY_TITLE = "untidy_title", _("stray spaces or line breaks in the title")
    LONG_TITLE = "long_title", _("title longer than 200 characters, cut")
    SYSTEM_AS_TITLE = "system_as_title", _("title names a system, not data")
    DUPLICATE_TITLE = "duplicate_title", _("duplicate title in one department")
    MISSING_DESCRIPTION = "missing_description", _("missing description")
    DESCRIPTION_IS_TITLE = "description_is_title", _("description equals the title")
    LONG_DESCRIPTION = "long_description", _("description longer than 4,000 characters, cut")
    MISSING_DEPARTMENT = "missing_department", _("missing department")
    AMBIGUOUS_DEPARTMENT = (
        "ambiguous_department",
        _("department without the name of its place"),
    )
    UNKNOWN_PLACE = "unknown_place", _("unknown province or city")
    MISSING_CYCLE = "missing_cycle", _("missing update cycle")
    UNKNOWN_CYCLE = "unknown_cycle", _("unknown update cycle")
    ROUNDED_CYCLE = "rounded_cycle", _("update cycle outside the standard list, rounded")
    MISSING_FORMAT = "missing_format", _("missing format")
    UNKNOWN_FORMAT = "unknown_format", _("unknown format")
    MISSING_OPENNESS = "missing_openness", _("missing openness")
    UNKNOWN_OPENNESS = "unknown_openness", _("unknown openness, taken as not open")
    MISSING_THEME = "missing_theme", _("missing theme")
    MISSING_DATE = "missing_date", _("neither published nor updated date")
    BAD_DATE = "bad_date", _("unreadable or impossible date")
    UPDATED_BEFORE_PUBLISHED = "updated_before_published", _("last update before publication")


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect of one line."""

    line: int
    defect: Defect
    title: str = ""
    department: str = ""
    value: str = ""


@dataclass(slots=True)
class Report:
    """All findings of one import."""

    findings: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Note one finding."""
        self.findings.append(finding)

    def counts(self) -> dict[Defect, int]:
        """How often each kind occurred, in the order of the list of kinds."""
        counted = Counter(finding.defect for finding in self.findings)
        return {defect: counted[defect] for defect in Defect if counted[defect]}

    def examples(self, defect: Defect, most: int = 3) -> list[Finding]:
        """The first findings of a kind."""
        return list(self._of(defect, most))

    def _of(self, defect: Defect, most: int) -> Iterator[Finding]:
        for finding in self.findings:
            if finding.defect == defect:
                yield finding
                most -= 1
                if most <= 0:
                    return
