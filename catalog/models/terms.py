"""Value lists of the catalog (2017 Guide 政务信息资源目录编制指南, Decree 809, GB/T 43697)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ResourceStatus(models.TextChoices):
    """Where an entry is in its life.

    An imported entry is found by everybody, but it lacks what R01 asks for: nobody can apply for
    it until its provider has completed and published it.
    """

    DRAFT = "draft", _("draft")
    IMPORTED = "imported", _("to be completed")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")


SHOWN_STATUSES = (ResourceStatus.PUBLISHED, ResourceStatus.IMPORTED)
"""Entries that others than their managers find."""


class VersionStatus(models.TextChoices):
    """Where one version of an entry is; all but drafts are immutable."""

    DRAFT = "draft", _("draft")
    IMPORTED = "imported", _("imported")
    PUBLISHED = "published", _("published")
    SUPERSEDED = "superseded", _("superseded")


class Visibility(models.TextChoices):
    """Who learns that the entry exists."""

    LISTED = "listed", _("every official")
    LIMITED = "limited", _("named departments only")


class SharingType(models.TextChoices):
    """Sharing attribute 共享属性 (Decree 809 article 14)."""

    UNCONDITIONAL = "unconditional", _("unconditional sharing")
    CONDITIONAL = "conditional", _("conditional sharing")
    NON_SHARED = "non_shared", _("not shared")


class Mode(models.TextChoices):
    """Sharing mode 共享方式 (Decree 809 article 22)."""

    FILE = "file", _("file download")
    TABLE = "table", _("batch exchange")
    API = "api", _("service interface")


class OpenType(models.TextChoices):
    """Openness to the public 开放属性."""

    OPEN = "open", _("open")
    ON_REQUEST = "on_request", _("open on request")
    CLOSED = "closed", _("not open")


class UpdateCycle(models.TextChoices):
    """Update cycle 更新周期."""

    REALTIME = "realtime", _("real time")
    DAILY = "daily", _("every day")
    WEEKLY = "weekly", _("every week")
    MONTHLY = "monthly", _("every month")
    QUARTERLY = "quarterly", _("every quarter")
    HALF_YEARLY = "half_yearly", _("every half year")
    YEARLY = "yearly", _("every year")
    IRREGULAR = "irregular", _("irregular")


class FormatClass(models.TextChoices):
    """Format class 信息资源格式分类 (Guide codes 1 to 7)."""

    DOCUMENT = "1", _("electronic document")
    SPREADSHEET = "2", _("spreadsheet")
    DATABASE = "3", _("database")
    IMAGE = "4", _("graphics and images")
    STREAM = "5", _("streaming media")
    SELF_DESCRIBED = "6", _("self-described format")
    SERVICE = "7", _("service interface")


class Grade(models.IntegerChoices):
    """Grade of data: general 1 to 4, important, core (GB/T 43697-2024)."""

    GENERAL_1 = 1, _("general, level 1")
    GENERAL_2 = 2, _("general, level 2")
    GENERAL_3 = 3, _("general, level 3")
    GENERAL_4 = 4, _("general, level 4")
    IMPORTANT = 5, _("important")
    CORE = 6, _("core")


class DataType(models.TextChoices):
    """Type of a data item (2017 Guide)."""

    CHARACTER = "C", _("character")
    NUMERIC = "N", _("numeric")
    CURRENCY = "Y", _("currency")
    DATE = "D", _("date")
    DATETIME = "T", _("date and time")
    LOGICAL = "L", _("logical")
    MEMO = "M", _("memo")
    GENERAL = "G", _("general")
    DOUBLE = "B", _("double")
    INTEGER = "I", _("integer")
    FLOAT = "F", _("floating point")


class ReviewStatus(models.TextChoices):
    """Where a version is on its way into the catalog."""

    HEAD_REVIEW = "head_review", _("with the head of department")
    AUTHORITY_REVIEW = "authority_review", _("with the competent authority")
    SCHEDULED = "scheduled", _("approved, waiting for its time")
    RETURNED = "returned", _("returned")
    TAKEN_BACK = "taken_back", _("taken back")
    PUBLISHED = "published", _("published")
    BLOCKED = "blocked", _("blocked as secret")


class SecrecyMark(models.TextChoices):
    """Why an entry is blocked for good (Decree 809 article 3, R06)."""

    SECRET = "secret", _("state secret")
    WORK_SECRET = "work_secret", _("work secret")


class CheckKind(models.TextChoices):
    """What has to be checked before a catalog is compiled (Decree 809 article 13)."""

    SECRECY = "secrecy", _("secrecy review")
    PRIVACY = "privacy", _("personal information impact assessment")


class CheckOutcome(models.TextChoices):
    """What a check came to."""

    CLEAR = "clear", _("no state secret and no work secret")
    NO_PERSONAL = "no_personal", _("no personal information")
    ACCEPTABLE = "acceptable", _("risk acceptable")
    WITH_MEASURES = "with_measures", _("risk acceptable with measures")
