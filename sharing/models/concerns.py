"""Corrections, objections, disputes and complaints, what happened to them, what they leave to do."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ConcernKind(models.TextChoices):
    """What somebody raises."""

    CORRECTION = "correction", _("correction")
    OBJECTION = "objection", _("objection")
    DISPUTE = "dispute", _("dispute")
    COMPLAINT = "complaint", _("complaint")


class ConcernStatus(models.TextChoices):
    """Where a concern is; each kind uses some of these."""

    RECEIVED = "received", pgettext_lazy("concern", "received")
    VERIFYING = "verifying", pgettext_lazy("concern", "being verified")
    CORRECTED = "corrected", pgettext_lazy("concern", "corrected, being taken over")
    REJECTED = "rejected", pgettext_lazy("concern", "rejected")
    CLOSED = "closed", pgettext_lazy("concern", "done")
    RAISED = "raised", pgettext_lazy("concern", "raised")
    HANDLING = "handling", pgettext_lazy("concern", "being handled")
    HANDLED = "handled", pgettext_lazy("concern", "handled, to be rated")
    RATED = "rated", pgettext_lazy("concern", "rated")
    NEGOTIATING = "negotiating", pgettext_lazy("concern", "under negotiation")
    MEDIATING = "mediating", pgettext_lazy("concern", "in mediation")
    ANSWERING = "answering", pgettext_lazy("concern", "opinion given, answers awaited")
    DECIDING = "deciding", pgettext_lazy("concern", "before the people's government")
    DECIDED = "decided", pgettext_lazy("concern", "decided, being carried out")
    SETTLED = "settled", pgettext_lazy("concern", "settled")
    ASSIGNED = "assigned", pgettext_lazy("concern", "being handled by an official")
    ANSWERED = "answered", pgettext_lazy("concern", "handled and answered")
    NOT_ACCEPTED = "not_accepted", pgettext_lazy("concern", "not accepted")
    TAKEN_BACK = "taken_back", pgettext_lazy("concern", "taken back")


class Subject(models.TextChoices):
    """What is wrong: of a correction what it is about, of an objection its type (R27)."""

    DATA_WRONG = "data_wrong", _("data are inaccurate")
    DATA_MISSING = "data_missing", _("data are incomplete")
    ENTRY_WRONG = "entry_wrong", _("the entry in the catalog is wrong")
    CATALOG = "1", _("objection to an entry of the catalog")
    APPLICATION_TIME = "2.1", _("objection to an application: time it takes")
    APPLICATION_OPINION = "2.2", _("objection to an application: opinion")
    APPLICATION_OTHER = "2.3", _("objection to an application: other")
    USE_SERVICE = "3.1", _("objection to the use: service and response")
    USE_QUALITY = "3.2", _("objection to the use: quality of the data")
    USE_OTHER = "3.3", _("objection to the use: other")
    OTHER = "4", _("other objection")


class TaskKind(models.TextChoices):
    """What a correction or a decision leaves a department to do."""

    TAKE_OVER = "take_over", _("take over the correction")
    APPLY_AGAIN = "apply_again", _("apply again, citing the decision")
    RESTORE_GRANT = "restore_grant", _("restore the grant")
    CORRECT_DATA = "correct_data", _("correct the data")


class Concern(models.Model):
    """A concern as it stands; the columns from ``status`` on are a projection of its events.

    ``text`` of a complaint is what a citizen wrote: it stands here only, never in events, notices
    or the ledger. ``row_keys`` holds masked and keyed references, never the keys themselves.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("number"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=ConcernKind.choices)
    subject = models.CharField(_("subject"), max_length=12, choices=Subject.choices, blank=True)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("what it is about"), max_length=4000)
    evidence = models.TextField(_("evidence"), max_length=4000, blank=True)
    fields = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=_("data items")
    )
    row_keys = models.JSONField(_("rows"), default=list)
    raiser = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("raised by"),
    )  # fmt: skip
    department = models.ForeignKey(
        "organisation.Department", models.PROTECT, null=True, blank=True,
        related_name="concerns_raised", verbose_name=_("raising department"),
    )  # fmt: skip
    resource = models.ForeignKey(
        "catalog.Resource", models.PROTECT, null=True, blank=True, related_name="concerns",
        verbose_name=_("data resource"),
    )  # fmt: skip
    item = models.ForeignKey(
        "sharing.ApplicationItem", models.PROTECT, null=True, blank=True, related_name="concerns",
        verbose_name=_("application item"),
    )  # fmt: skip
    grant = models.ForeignKey(
        "sharing.Grant", models.PROTECT, null=True, blank=True, related_name="concerns",
        verbose_name=_("grant"),
    )  # fmt: skip
    origin = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="disputes",
        verbose_name=_("arose from"),
    )  # fmt: skip
    receipt = models.CharField(max_length=64, blank=True, editable=False)
    """Keyed digest of the code with which a citizen asks for the state of a complaint."""
    created_at = models.DateTimeField(_("raised at"))
    status = models.CharField(_("status"), max_length=12, choices=ConcernStatus.choices)
    event_count = models.PositiveIntegerField(default=0)
    handler = models.ForeignKey(
        "organisation.Department", models.PROTECT, null=True, blank=True,
        related_name="concerns_handled", verbose_name=_("handling department"),
    )  # fmt: skip
    authority = models.ForeignKey(
        "organisation.Department", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("competent authority"),
    )  # fmt: skip
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("handled by"),
    )  # fmt: skip
    involved = ArrayField(
        models.BigIntegerField(), default=list, help_text="Departments that had to do with it."
    )
    outcome = models.CharField(max_length=16, blank=True)
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    solved = models.BooleanField(_("solved"), null=True, blank=True)
    limit_days = models.PositiveSmallIntegerField(null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    due_provisional = models.BooleanField(_("provisional"), default=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    updated_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("concern")
        verbose_name_plural = _("corrections, objections, disputes and complaints")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["handler", "status"], name="sharing_concern_handler"),
            models.Index(fields=["authority", "status"], name="sharing_concern_authority"),
            models.Index(fields=["resource", "kind"], name="sharing_concern_entry"),
        ]
        constraints = [
            models.CheckConstraint(
                name="sharing_concern_choices",
                condition=Q(kind__in=ConcernKind.values)
                & Q(status__in=ConcernStatus.values)
                & Q(subject__in=["", *Subject.values]),
            ),
            models.CheckConstraint(
                name="sharing_concern_score",
                condition=Q(score__isnull=True, solved__isnull=True)
                | Q(score__gte=1, score__lte=5, solved__isnull=False),
            ),
            models.CheckConstraint(
                name="sharing_concern_with_somebody",
                condition=Q(kind="complaint", authority__isnull=False, handler__isnull=True)
                | Q(kind="dispute", authority__isnull=False, handler__isnull=False)
                | Q(kind__in=["correction", "objection"], handler__isnull=False),
            ),
            models.CheckConstraint(
                name="sharing_concern_raised_by",
                condition=Q(kind="complaint")
                | Q(raiser__isnull=False, department__isnull=False),
            ),
            models.CheckConstraint(
                name="sharing_concern_about",
                condition=Q(kind="complaint", resource__isnull=True)
                | Q(kind="correction", resource__isnull=False)
                | Q(kind__in=["objection", "dispute"]),
            ),
            models.UniqueConstraint(
                fields=["receipt"], condition=~Q(receipt=""), name="sharing_concern_receipt"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


class ConcernEvent(models.Model):
    """One event of the pure core; the database refuses to change or delete it."""

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("event"), max_length=20)
    data = models.JSONField(default=dict)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    acting_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("event of a concern")
        verbose_name_plural = _("events of concerns")
        ordering = ["concern_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["concern", "seq"], name="sharing_concernevent_seq")
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class ConcernTask(models.Model):
    """What a department still has to do, or has confirmed; a projection of the events."""

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="tasks")
    key = models.CharField(max_length=40)
    kind = models.CharField(_("task"), max_length=14, choices=TaskKind.choices)
    department = models.ForeignKey(
        "organisation.Department", models.PROTECT, related_name="concern_tasks",
        verbose_name=_("department"),
    )  # fmt: skip
    done_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("confirmed by"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("task left by a concern")
        verbose_name_plural = _("tasks left by concerns")
        ordering = ["concern_id", "key"]
        constraints = [
            models.UniqueConstraint(fields=["concern", "key"], name="sharing_concerntask_once"),
            models.CheckConstraint(
                name="sharing_concerntask_done",
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["department"],
                name="sharing_concerntask_open",
                condition=Q(done_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.concern_id} {self.key}"


class ComplaintContact(models.Model):
    """How to reach who complained, encrypted; nothing is left of it once it is erased."""

    concern = models.OneToOneField(Concern, models.PROTECT, related_name="contact")
    sealed = models.BinaryField(null=True, editable=False)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("contact of a complaint")
        verbose_name_plural = _("contacts of complaints")
        constraints = [
            models.CheckConstraint(
                name="sharing_complaintcontact_erased",
                condition=Q(sealed__isnull=False, erased_at__isnull=True)
                | Q(sealed__isnull=True, erased_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.concern_id)
