"""Posts and substitutions: what an official may do, where, and from when to when."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Posts an official can hold (Decree 809 articles 8 and 11; the three administrators, R35)."""

    CLERK = "clerk", _("clerk")
    SHARING_OFFICE_HEAD = "sharing_office_head", _("head of the sharing office")
    STEWARD = "steward", _("data steward")
    DEPARTMENT_HEAD = "department_head", _("head of department")
    AUTHORITY_REVIEWER = "authority_reviewer", _("reviewer of the authority")
    AUTHORITY_HEAD = "authority_head", _("head of the authority")
    SYSADMIN = "sysadmin", _("system administrator")
    SECADMIN = "secadmin", _("security administrator")
    AUDITADMIN = "auditadmin", _("audit administrator")


ADMIN_ROLES = (Role.SYSADMIN, Role.SECADMIN, Role.AUDITADMIN)
"""The three administrators 三员: none may hold any second post (R35)."""


class PostQuerySet(models.QuerySet["Post"]):
    """Questions over many posts."""

    def held_on(self, on: date) -> Self:
        """Posts in force on the day ``on`` whose holder's account is active."""
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=on),
            valid_from__lte=on,
            official__is_active=True,
        )


class Post(models.Model):
    """An official holds a role in a department between two dates (the last one included)."""

    Role = Role

    official = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts", verbose_name=_("official")
    )
    department = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="posts",
        verbose_name=_("department"),
    )
    role = models.CharField(_("post"), max_length=24, choices=Role.choices)
    valid_from = models.DateField(_("from"))
    valid_until = models.DateField(_("until"), null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["department_id", "role", "id"]
        constraints = [
            models.CheckConstraint(
                name="organisation_post_role", condition=Q(role__in=Role.values)
            ),
            models.CheckConstraint(
                name="organisation_post_dates",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("A post must begin before it ends."),
            ),
            models.UniqueConstraint(
                fields=["official", "department", "role"],
                name="organisation_post_once",
                condition=Q(valid_until__isnull=True),
                violation_error_message=_("The official already holds this post."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.official} · {self.get_role_display()}"


class LeaveKind(models.TextChoices):
    """Why somebody is away."""

    ANNUAL = "annual", _("annual leave")
    SICK = "sick", _("sick leave")
    TRIP = "trip", _("business trip")
    TRAINING = "training", _("training")
    SECONDED = "seconded", _("posted elsewhere for a time")
    OTHER = "other", _("other")


class SubstitutionQuerySet(models.QuerySet["Substitution"]):
    """Questions over many substitutions."""

    def in_force(self, on: date) -> Self:
        """Substitutions that cover the day ``on`` and whose substitute is active."""
        return self.filter(
            valid_from__lte=on,
            valid_until__gte=on,
            revoked_at__isnull=True,
            substitute__is_active=True,
        )

    def touching(self, begin: date, end: date) -> Self:
        """Substitutions not ended early that share a day with the period (both ends included)."""
        return self.filter(valid_from__lte=end, valid_until__gte=begin, revoked_at__isnull=True)


class Substitution(models.Model):
    """``substitute`` acts in the business posts of ``principal`` between two dates, both included.

    A person has one substitute at a time, and nobody stands in who is away or stood in for
    (a trigger sees to it). ``begun_at`` and ``ended_at`` are when both were told of it.
    """

    Kind = LeaveKind

    principal = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="substitutions_given",
        verbose_name=_("who is away"),
    )
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="substitutions_taken",
        verbose_name=_("substitute"),
    )
    valid_from = models.DateField(_("from"))
    valid_until = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    kind = models.CharField(
        _("kind of absence"), max_length=8, choices=LeaveKind.choices, default=LeaveKind.OTHER
    )
    arranged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("arranged by"), editable=False,
    )  # fmt: skip
    revoked_at = models.DateTimeField(_("ended early at"), null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SubstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("substitution")
        verbose_name_plural = _("substitutions")
        ordering = ["-valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                name="organisation_substitution_two_people",
                condition=~Q(principal=F("substitute")),
                violation_error_message=_("Nobody can substitute for themselves."),
            ),
            models.CheckConstraint(
                name="organisation_substitution_dates",
                condition=Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("A substitution must begin before it ends."),
            ),
            models.CheckConstraint(
                name="organisation_substitution_kind", condition=Q(kind__in=LeaveKind.values)
            ),
        ]
        indexes = [
            models.Index(
                fields=["valid_from"],
                name="organisation_leave_to_begin",
                condition=Q(begun_at__isnull=True, revoked_at__isnull=True),
            ),
            models.Index(
                fields=["valid_until"],
                name="organisation_leave_to_end",
                condition=Q(begun_at__isnull=False, ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.substitute} → {self.principal}"
