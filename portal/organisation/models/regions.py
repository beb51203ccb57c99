"""Administrative divisions by GB/T 2260 code."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

models.CharField.register_lookup(Length)


class Level(models.TextChoices):
    """Levels of government (Decree 809 articles 8 and 30)."""

    NATION = "nation", _("nation")
    PROVINCE = "province", _("province")
    CITY = "city", _("city")
    COUNTY = "county", _("county")
    TOWNSHIP = "township", _("township")
    VILLAGE = "village", _("village")


PREFIX_LENGTH = {
    Level.NATION: 0,
    Level.PROVINCE: 2,
    Level.CITY: 4,
    Level.COUNTY: 6,
    Level.TOWNSHIP: 9,
    Level.VILLAGE: 12,
}
"""How many digits of a region's code all regions below it share."""


class RegionQuerySet(models.QuerySet["Region"]):
    """Questions over many regions."""

    def under(self, region: "Region") -> Self:
        """``region`` and every region below it."""
        return self.filter(code__startswith=region.prefix)

    def in_use(self, on: date) -> Self:
        """Regions that exist on the day ``on``."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on))


class Region(models.Model):  # type: ignore[django-manager-missing]  # Department is a TreeNode
    """A region 行政区划: 6 digits down to the county, 9 for a township, 12 for a village."""

    Level = Level

    code = models.CharField(
        _("region code"),
        max_length=12,
        primary_key=True,
        help_text=_("GB/T 2260: 6 digits down to the county, 9 for a township, 12 for a village."),
    )
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("superior region"),
    )
    valid_until = models.DateField(
        _("abolished on"),
        null=True,
        blank=True,
        help_text=_("The first day on which the region no longer exists."),
    )
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("successor region"),
        help_text=_("Into which region it went."),
    )
    sort_key = models.CharField(max_length=200, blank=True, editable=False)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="organisation_region_code_fits_level",
                condition=(
                    Q(level="nation", code="000000")
                    | Q(level="province", code__regex=r"^[1-9][0-9]0000$")
                    | Q(level="city", code__regex=r"^[1-9][0-9]{3}00$")
                    | Q(level="county", code__regex=r"^[1-9][0-9]{5}$")
                    | Q(level="township", code__regex=r"^[1-9][0-9]{8}$")
                    | Q(level="village", code__regex=r"^[1-9][0-9]{11}$")
                ),
                violation_error_message=_(
                    "The code does not fit the level: 6 digits down to the county, 9 for a township, 12 for a village."
                ),
            ),
            models.CheckConstraint(
                name="organisation_region_parent_unless_nation",
                condition=Q(level="nation", parent__isnull=True)
                | (~Q(level="nation") & Q(parent__isnull=False)),
                violation_error_message=_("Every region but the nation has a superior region."),
            ),
            models.CheckConstraint(
                name="organisation_region_successor",
                condition=Q(successor__isnull=True)
                | (Q(valid_until__isnull=False) & ~Q(successor=F("code"))),
                violation_error_message=_("Only an abolished region has a successor, another one."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def prefix(self) -> str:
        """The leading digits shared by everything in this region ("" for the nation)."""
        return self.code[: PREFIX_LENGTH[Level(self.level)]]

    def is_abolished(self, on: date) -> bool:
        """Whether the region no longer exists on the day ``on``."""
        return self.valid_until is not None and self.valid_until <= on

    def today(self, on: date) -> "Region | None":
        """The region that stands for this one on the day ``on``: itself, or its last successor.

        None when it was abolished and nobody entered what it became.
        """
        place: Region | None = self
        seen: set[str] = set()
        while place is not None and place.is_abolished(on) and place.code not in seen:
            seen.add(place.code)
            place = place.successor
        return None if place is None or place.is_abolished(on) else place

    def contains(self, other: "Region") -> bool:
        """Whether ``other`` is this region or lies below it."""
        return other.code.startswith(self.prefix)

    def superior_codes(self) -> list[str]:
        """Codes of the regions above, nearest first, ending with the nation."""
        lengths = [size for size in (9, 6, 4, 2) if size < len(self.prefix)]
        codes = [self.code[:size] + "0" * max(0, 6 - size) for size in lengths]
        return [*codes, "000000"] if self.level != Level.NATION else []
