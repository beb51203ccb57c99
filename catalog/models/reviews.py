"""The way of a version into the catalog: its review, every step of it, the checks recorded."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models.resources import Resource
from catalog.models.terms import CheckKind, CheckOutcome, ReviewStatus, SecrecyMark
from catalog.models.versions import ResourceVersion

UNDER_REVIEW = (
    ReviewStatus.HEAD_REVIEW, ReviewStatus.AUTHORITY_REVIEW, ReviewStatus.SCHEDULED,
)  # fmt: skip
"""The version waits for somebody or something; the database keeps its content as it is."""


class ReviewQuerySet(models.QuerySet["PublicationReview"]):
    """Questions over many reviews; who may see which is answered by ``catalog.cases``."""

    def under_review(self) -> Self:
        """Those whose version stands still."""
        return self.filter(status__in=UNDER_REVIEW)

    def due_for_publication(self, now: datetime) -> Self:
        """Those whose chosen time has come."""
        return self.filter(status=ReviewStatus.SCHEDULED, publish_at__lte=now)


class PublicationReview(models.Model):
    """One version on its way: where it is now. What happened is in its steps, which never change.

    A returned or taken back version that is sent again begins the next ``round`` of the same
    review. Due dates count from the day the authority received it (Decree 809 article 17).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.OneToOneField(
        ResourceVersion, models.PROTECT, related_name="review", verbose_name=_("version")
    )
    resource = models.ForeignKey(
        Resource, models.PROTECT, related_name="reviews", verbose_name=_("data resource")
    )
    status = models.CharField(_("status"), max_length=16, choices=ReviewStatus.choices)
    round = models.PositiveSmallIntegerField(_("round"), default=0)
    step_count = models.PositiveIntegerField(_("steps"), default=0)
    content_hash = models.CharField(max_length=64)
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("sent by")
    )
    sent_at = models.DateTimeField(_("sent at"))
    wanted_at = models.DateTimeField(
        _("wanted at"),
        null=True,
        blank=True,
        help_text=_("When the provider wants it to be published; empty: at once."),
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    authority = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("competent authority"),
    )
    received_at = models.DateTimeField(_("received by the authority at"), null=True, blank=True)
    limit_days = models.PositiveSmallIntegerField(null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    due_provisional = models.BooleanField(_("provisional"), default=False)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reviewed by"),
    )
    publish_at = models.DateTimeField(_("publish at"), null=True, blank=True)
    updated_at = models.DateTimeField(_("updated at"))

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review before publication")
        verbose_name_plural = _("reviews before publication")
        ordering = ["due_on", "sent_at", "id"]
        indexes = [
            models.Index(
                fields=["authority", "due_on"],
                name="catalog_review_queue",
                condition=Q(status__in=["authority_review", "scheduled"]),
            ),
            models.Index(
                fields=["publish_at"],
                name="catalog_review_timed",
                condition=Q(status="scheduled"),
            ),
            models.Index(fields=["status", "resource"], name="catalog_review_status"),
        ]
        constraints = [
            models.CheckConstraint(
                name="catalog_review_choices", condition=Q(status__in=ReviewStatus.values)
            ),
            models.CheckConstraint(
                name="catalog_review_three_people",
                condition=(Q(approved_by__isnull=True) | ~Q(approved_by=F("sender")))
                & (Q(released_by__isnull=True) | ~Q(released_by=F("sender")))
                & (
                    Q(released_by__isnull=True)
                    | Q(approved_by__isnull=True)
                    | ~Q(released_by=F("approved_by"))
                ),
                violation_error_message=_(
                    "Sender, head of department and reviewer are three people."
                ),
            ),
            models.CheckConstraint(
                name="catalog_review_approved_first",
                condition=~Q(status__in=["authority_review", "scheduled", "published"])
                | Q(approved_by__isnull=False, authority__isnull=False, received_at__isnull=False),
            ),
            models.CheckConstraint(
                name="catalog_review_released_first",
                condition=~Q(status__in=["scheduled", "published"]) | Q(released_by__isnull=False),
            ),
            models.CheckConstraint(
                name="catalog_review_timed_has_time",
                condition=~Q(status="scheduled") | Q(publish_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version.title} v{self.version.number}"

    @property
    def is_open(self) -> bool:
        """Whether the version waits for somebody or something."""
        return self.status in UNDER_REVIEW

    @property
    def is_waiting_for_authority(self) -> bool:
        """Whether the authority's clock runs (Decree 809 article 17)."""
        return self.status == ReviewStatus.AUTHORITY_REVIEW


class ReviewStep(models.Model):
    """One step of a review; the database refuses to change or delete it."""

    review = models.ForeignKey(PublicationReview, models.PROTECT, related_name="steps")
    seq = models.PositiveIntegerField(_("number"))
    round = models.PositiveSmallIntegerField(_("round"))
    command = models.CharField(_("step"), max_length=12)
    before = models.CharField(max_length=16)
    after = models.CharField(max_length=16)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    acting_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("at"))
    text = models.TextField(_("text"), blank=True)
    remarks = models.JSONField(default=list, help_text="Place and text of each remark.")
    faults = models.JSONField(
        default=list, help_text="What had become wrong when the chosen time came."
    )
    content_hash = models.CharField(max_length=64)
    publish_at = models.DateTimeField(_("publish at"), null=True, blank=True)
    mark = models.CharField(max_length=12, blank=True, choices=SecrecyMark.choices)

    class Meta:
        verbose_name = _("step of a review")
        verbose_name_plural = _("steps of a review")
        ordering = ["review_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["review", "seq"], name="catalog_reviewstep_seq")
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.command}"


class ReviewCheck(models.Model):
    """A check of Decree 809 article 13 as the head of department recorded it; never changed."""

    step = models.ForeignKey(ReviewStep, models.PROTECT, related_name="checks")
    kind = models.CharField(_("check"), max_length=8, choices=CheckKind.choices)
    outcome = models.CharField(_("outcome"), max_length=16, choices=CheckOutcome.choices)
    done_by = models.CharField(_("done by"), max_length=100)
    done_on = models.DateField(_("done on"))
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("check before publication")
        verbose_name_plural = _("checks before publication")
        ordering = ["step_id", "-kind"]
        constraints = [
            models.UniqueConstraint(fields=["step", "kind"], name="catalog_reviewcheck_once"),
            models.CheckConstraint(
                name="catalog_reviewcheck_choices",
                condition=Q(kind="secrecy", outcome="clear")
                | Q(kind="privacy", outcome__in=["no_personal", "acceptable", "with_measures"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_outcome_display()}"
