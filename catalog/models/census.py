"""The census of information systems 信息系统普查 (R40)."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Network(models.TextChoices):
    """The network a system runs in."""

    GOVERNMENT = "government", _("government network")
    INTERNET = "internet", _("internet")
    LINE = "line", _("network of its own line")
    LOCAL = "local", _("local network or stand-alone")


OWN_NETWORKS = (Network.LINE, Network.LOCAL)
"""Networks that only one department or one line of departments reaches."""


class LinkStatus(models.TextChoices):
    """Whether the data of a system reach the sharing platform."""

    LINKED = "linked", _("linked")
    PARTLY = "partly", _("partly linked")
    UNLINKED = "unlinked", _("not linked")


class SystemState(models.TextChoices):
    """Where a system is in its life."""

    BUILDING = "building", _("being built")
    RUNNING = "running", _("running")
    RETIRED = "retired", _("out of use")


class InformationSystem(models.Model):
    """A system of one department, its network, whether it is linked, and the entries it feeds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    department = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="systems",
        verbose_name=_("department"),
    )
    name = models.CharField(_("name"), max_length=200)
    purpose = models.TextField(
        _("purpose"), blank=True, max_length=1000, help_text=_("Which business it serves.")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=SystemState.choices, default=SystemState.RUNNING
    )
    network = models.CharField(_("network"), max_length=12, choices=Network.choices)
    link_status = models.CharField(
        _("link to the sharing platform"),
        max_length=10,
        choices=LinkStatus.choices,
        default=LinkStatus.UNLINKED,
    )
    linked_on = models.DateField(_("linked on"), null=True, blank=True)
    obstacle = models.CharField(
        _("what stands in the way"),
        max_length=500,
        blank=True,
        help_text=_("For a system that is not or only partly linked."),
    )
    built_on = models.DateField(_("in use from"), null=True, blank=True)
    protection_level = models.PositiveSmallIntegerField(
        _("level of protection"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text=_("Level 1 to 5 of the classified protection of cybersecurity."),
    )
    records = models.PositiveBigIntegerField(_("records, about"), null=True, blank=True)
    counted_on = models.DateField(_("last checked on"))
    resources = models.ManyToManyField(
        "catalog.Resource",
        blank=True,
        related_name="systems",
        verbose_name=_("entries it feeds"),
    )

    class Meta:
        verbose_name = _("information system")
        verbose_name_plural = _("information systems")
        ordering = ["department_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "name"],
                condition=~Q(state="retired"),
                name="catalog_system_name",
                violation_error_message=_("The department already has a system of this name."),
            ),
            models.CheckConstraint(
                name="catalog_system_choices",
                condition=Q(network__in=Network.values)
                & Q(link_status__in=LinkStatus.values)
                & Q(state__in=SystemState.values),
            ),
            models.CheckConstraint(
                name="catalog_system_linked_since",
                condition=Q(link_status="unlinked", linked_on__isnull=True)
                | (~Q(link_status="unlinked") & Q(linked_on__isnull=False)),
                violation_error_message=_(
                    "A linked system says since when; one that is not linked has no such day."
                ),
            ),
            models.CheckConstraint(
                name="catalog_system_link_needs_a_network",
                condition=~Q(network="local") | Q(link_status="unlinked"),
                violation_error_message=_(
                    "A system that is in no common network cannot be linked."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name
