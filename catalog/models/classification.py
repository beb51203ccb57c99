"""Classification tree 类 / 项 / 目 / 细目."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from tree_queries.models import TreeNode


class Classification(TreeNode):  # type: ignore[misc]
    """A node of the resource classification; its code continues its parent's (2017 Guide)."""

    class Level(models.TextChoices):
        CLASS = "class", _("class")
        DIVISION = "division", _("division")
        GROUP = "group", _("group")
        SUBGROUP = "subgroup", _("subgroup")

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    provisional = models.BooleanField(
        _("provisional"),
        default=False,
        help_text=_("The code was not confirmed by a published annex of the Guide."),
    )

    class Meta:
        verbose_name = _("classification")
        verbose_name_plural = _("classifications")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="catalog_classification_code",
                condition=(
                    Q(level="class", code__regex=r"^[1-3]$")
                    | Q(level="division", code__regex=r"^[1-3][0-9]{2}$")
                    | Q(level="group", code__regex=r"^[1-3][0-9]{5}$")
                    | Q(level="subgroup", code__regex=r"^[1-3][0-9]{5}[1-9][0-9]*$")
                ),
                violation_error_message=_(
                    "The code does not fit the level: class 1 digit, division +2, group +3, subgroup more, not beginning with 0."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
