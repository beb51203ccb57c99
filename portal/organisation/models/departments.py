"""Departments: who provides, who asks, who supervises."""

from datetime import date
from typing import Self

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from tree_queries.models import TreeNode
from tree_queries.query import TreeQuerySet

from portal.organisation import uscc as uscc_rules
from portal.organisation.uscc import Wrong


def validate_uscc(value: str) -> None:
    """Refuse a code whose form or check characters are wrong (GB 32100-2015), part by part."""
    if parts := uscc_rules.wrong_parts(value):
        raise ValidationError([_uscc_fault(value, part) for part in parts])


_USCC_FAULTS = {
    Wrong.LENGTH: _("%(code)s has %(length)s characters; a unified social credit code has 18."),
    Wrong.CHARACTERS: _(
        "%(code)s: a unified social credit code has digits and capital letters without I, O, S, V, Z; wrong: %(strange)s."
    ),
    Wrong.DEPARTMENT: _(
        "%(code)s: place 1 names the registering authority, 1 to 9, A, N or Y; for a government body it is 1."
    ),
    Wrong.CATEGORY: _("%(code)s: place 2 names the category, a digit from 1 to 9."),
    Wrong.REGION: _("%(code)s: places 3 to 8 are the code of a region, six digits."),
    Wrong.ORGANISATION: _(
        "%(code)s: places 9 to 17 are the number of the organisation; its check character, place 17, does not fit."
    ),
    Wrong.CHECK: _(
        "%(code)s: the check character, place 18, does not fit the places before it: probably one of them is mistyped."
    ),
}


def _uscc_fault(value: str, part: Wrong) -> ValidationError:
    strange = ", ".join(
        f"{place}: {character}" for place, character in uscc_rules.strange_characters(value)
    )
    params = {"code": value, "length": len(value), "strange": strange}
    return ValidationError(_USCC_FAULTS[part], code=f"uscc_{part.value}", params=params)


class Kind(models.TextChoices):
    """What a department is."""

    AUTHORITY = "authority", _("competent authority")
    DEPARTMENT = "department", _("department")
    INSTITUTION = "institution", _("public institution")


class DepartmentQuerySet(TreeQuerySet):  # type: ignore[misc]
    """Questions over many departments."""

    def in_office(self, on: date) -> Self:
        """Departments that exist on the day ``on``."""
        found: Self = self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=on), valid_from__lte=on
        )
        return found


class Department(TreeNode):  # type: ignore[misc]
    """A department 政务部门 of one region, or an internal unit of one (then it has a parent)."""

    Kind = Kind

    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=300, blank=True)
    short_name = models.CharField(_("short name"), max_length=100, blank=True)
    uscc = models.CharField(
        _("unified social credit code"),
        max_length=18,
        null=True,
        blank=True,
        unique=True,
        validators=[validate_uscc],
        help_text=_(
            "18 characters (GB 32100). Empty only while the department is unverified or is an internal unit."
        ),
    )
    region = models.ForeignKey(
        "organisation.Region", models.PROTECT, related_name="departments", verbose_name=_("region")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.DEPARTMENT)
    superior = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="subordinates",
        verbose_name=_("superior in its line"),
        help_text=_(
            "The department of the same line one level up, such as the city's civil affairs bureau for the county's."
        ),
    )
    group = models.OneToOneField(
        Group,
        models.PROTECT,
        related_name="department",
        editable=False,
        verbose_name=_("permission group"),
    )
    verified = models.BooleanField(
        _("verified"),
        default=True,
        help_text=_("Off for a department that an import created from a name alone."),
    )
    valid_from = models.DateField(_("exists from"))
    valid_until = models.DateField(_("exists until"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("successor"),
        help_text=_("Who took over its duties when it was merged or dissolved."),
    )
    sort_key = models.CharField(max_length=400, blank=True, editable=False)

    objects = DepartmentQuerySet.as_manager(with_tree_fields=False)

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["region_id", "sort_key", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["region"],
                name="organisation_department_one_authority",
                condition=Q(kind="authority", valid_until__isnull=True),
                violation_error_message=_(
                    "The region already has a competent authority; a region has exactly one."
                ),
            ),
            models.UniqueConstraint(
                fields=["region", "name"],
                name="organisation_department_unique_name",
                condition=Q(valid_until__isnull=True, parent__isnull=True),
                violation_error_message=_("The region already has a department of this name."),
            ),
            models.CheckConstraint(
                name="organisation_department_kind", condition=Q(kind__in=Kind.values)
            ),
            models.CheckConstraint(
                name="organisation_department_dates",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                violation_error_message=_("A department must begin before it ends."),
            ),
            models.CheckConstraint(
                name="organisation_department_uscc",
                condition=Q(uscc__isnull=False) | Q(verified=False) | Q(parent__isnull=False),
                violation_error_message=_(
                    "A verified department needs its unified social credit code."
                ),
            ),
            models.CheckConstraint(
                name="organisation_department_not_own_superior",
                condition=Q(superior__isnull=True) | ~Q(superior=F("id")),
                violation_error_message=_("A department cannot be its own superior."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """An empty code from a form means none."""
        super().clean()
        self.uscc = self.uscc or None
