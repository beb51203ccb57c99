"""Catalogs that are harvested, each run over one, and its records while they wait (ADR 0015)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.resources import Resource


class HarvestSource(models.Model):
    """Another catalog whose entries are shown here; kept by one competent authority.

    ``agreed_at`` is when a person first accepted what a run had found: only since then may runs
    apply by themselves what the three ``apply_…`` fields name.
    """

    class Kind(models.TextChoices):
        CKAN = "ckan", _("CKAN action API")
        DCAT = "dcat", _("DCAT (Turtle, RDF/XML, JSON-LD)")

    class Mapping(models.TextChoices):
        FIXED = "fixed", _("all entries belong to one department")
        PUBLISHER = "publisher", _("the department that the record names as its publisher")

    class Schedule(models.TextChoices):
        NONE = "none", _("only when asked")
        DAILY = "daily", _("every night")
        WEEKLY = "weekly", _("every week")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authority = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="harvest_sources",
        verbose_name=_("competent authority"),
        help_text=_("Looks after the source; entries go to departments of its region only."),
    )
    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices)
    address = models.CharField(
        _("address"),
        max_length=500,
        help_text=_("CKAN: the site, such as https://data.example.gov. DCAT: the first page."),
    )
    mapping = models.CharField(
        _("departments"), max_length=9, choices=Mapping.choices, default=Mapping.PUBLISHER
    )
    provider = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("providing department"),
        help_text=_(
            "Of all entries; or, when the record names the department, of those whose department "
            "is not known here. Empty: those are faulty."
        ),
    )
    schedule = models.CharField(
        _("schedule"), max_length=6, choices=Schedule.choices, default=Schedule.NONE
    )
    apply_new = models.BooleanField(
        _("take new entries over by itself"),
        default=True,
        help_text=_("Once a person has accepted a first run; otherwise each run waits."),
    )
    apply_changed = models.BooleanField(_("take changes over by itself"), default=True)
    apply_gone = models.BooleanField(
        _("withdraw by itself what is gone"),
        default=False,
        help_text=_("Never more than three of ten entries without a person."),
    )
    active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_(
            "Entries of an active source are read-only here. Once it is off, their departments "
            "may complete them."
        ),
    )
    agreed_at = models.DateTimeField(_("first accepted at"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("harvested catalog")
        verbose_name_plural = _("harvested catalogs")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="catalog_harvestsource_choices",
                condition=Q(kind__in=["ckan", "dcat"])
                & Q(mapping__in=["fixed", "publisher"])
                & Q(schedule__in=["none", "daily", "weekly"]),
            ),
            models.CheckConstraint(
                name="catalog_harvestsource_provider",
                condition=~Q(mapping="fixed") | Q(provider__isnull=False),
                violation_error_message=_("Name the department that all entries belong to."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class HarvestRun(models.Model):
    """One pass over a source: gathered, checked, accepted, applied.

    ``cursor`` is the next page to ask for, ``position`` how far checking or applying has come; both
    move in the transaction of what they stand for. ``told`` is how many records the source said it
    has; ``complete`` that exactly those were seen, which withdrawing needs.
    """

    class Status(models.TextChoices):
        GATHERING = "gathering", _("being read from the source")
        CHECKING = "checking", _("being compared")
        READY = "ready", _("waiting for the authority")
        APPLYING = "applying", _("being taken over")
        DONE = "done", _("finished")
        FAILED = "failed", _("stopped by a fault")
        STOPPED = "stopped", _("stopped")

    class Held(models.TextChoices):
        FIRST = "first", _("It is the first run over this source.")
        MANY_GONE = "many_gone", _("More than three of ten entries would be withdrawn.")
        NOT_AGREED = "not_agreed", _("Some of the changes are not taken over without a person.")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(
        HarvestSource, models.PROTECT, related_name="runs", verbose_name=_("harvested catalog")
    )
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.GATHERING
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    accepted = models.JSONField(_("accepted"), default=list, help_text="Kinds of changes.")
    held = models.CharField(_("why it waits"), max_length=10, choices=Held.choices, blank=True)
    started_at = models.DateTimeField(_("started at"))
    worked_at = models.DateTimeField(_("last worked on"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    cursor = models.TextField(blank=True)
    names = models.JSONField(default=list, help_text="Records to ask for one by one.")
    pages = models.PositiveIntegerField(_("pages"), default=0)
    told = models.PositiveIntegerField(_("records according to the source"), null=True)
    seen = models.PositiveIntegerField(_("records seen"), default=0)
    complete = models.BooleanField(_("complete"), default=False)
    position = models.PositiveBigIntegerField(default=0)
    counts = models.JSONField(_("counts"), default=dict)
    problem = models.JSONField(_("problem"), default=dict)

    class Meta:
        verbose_name = _("harvest run")
        verbose_name_plural = _("harvest runs")
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"],
                name="catalog_harvestrun_one_open",
                condition=Q(status__in=["gathering", "checking", "ready", "applying"]),
            ),
            models.CheckConstraint(
                name="catalog_harvestrun_finished",
                condition=Q(status__in=["done", "failed", "stopped"], finished_at__isnull=False)
                | Q(
                    status__in=["gathering", "checking", "ready", "applying"],
                    finished_at__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="catalog_harvestrun_held", condition=~Q(status="ready") | ~Q(held="")
            ),
        ]

    WORKING = (Status.GATHERING, Status.CHECKING, Status.APPLYING)
    OPEN = (*WORKING, Status.READY)

    def __str__(self) -> str:
        return self.source.name

    @property
    def is_working(self) -> bool:
        """Whether a worker has something to do."""
        return self.status in self.WORKING

    @property
    def is_open(self) -> bool:
        """Whether it can still be stopped."""
        return self.status in self.OPEN


class HarvestRecord(models.Model):
    """A record as the source gave it, with what it means here; or an entry that is gone there.

    ``key`` is the natural key, source and identifier; it is empty when the record has none.
    ``faults`` keep it out, ``notes`` only tell. ``accepted`` is false once a person left it out.
    """

    class State(models.TextChoices):
        READ = "read", _("read")
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        BACK = "back", _("back again")
        GONE = "gone", _("gone at the source")
        UNCHANGED = "unchanged", _("unchanged")
        LEFT = "left", _("left alone")
        FAULTY = "faulty", _("faulty")
        REPEATED = "repeated", _("repeated")
        CREATED = "created", _("taken over")
        UPDATED = "updated", _("updated")
        RETURNED = "returned", _("shown again")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(HarvestRun, models.CASCADE, related_name="records")
    number = models.PositiveIntegerField(help_text="Place among the records of the run.")
    identifier = models.TextField(blank=True)
    key = models.CharField(max_length=120, blank=True)
    raw = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=State.choices, default=State.READ)
    title = models.CharField(max_length=200, blank=True)
    link = models.CharField(max_length=1000, blank=True)
    provider = models.ForeignKey(
        "organisation.Department", models.SET_NULL, null=True, related_name="+"
    )
    content = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    faults = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    accepted = models.BooleanField(default=True)
    target = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("harvested record")
        verbose_name_plural = _("harvested records")
        ordering = ["run_id", "number"]
        indexes = [
            models.Index(fields=["run", "state", "id"], name="catalog_harvestrecord_state"),
            models.Index(fields=["run", "key"], name="catalog_harvestrecord_key"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="catalog_harvestrecord_number")
        ]

    def __str__(self) -> str:
        return self.title or self.identifier


class HarvestedEntry(models.Model):
    """Where a harvested entry came from: source, identifier and address there, and when.

    ``gone_at`` is when it was withdrawn here because its source no longer had it.
    """

    resource = models.OneToOneField(
        Resource, models.CASCADE, primary_key=True, related_name="harvested"
    )
    source = models.ForeignKey(HarvestSource, models.PROTECT, related_name="entries")
    identifier = models.TextField(_("identifier at the source"))
    link = models.CharField(_("address at the source"), max_length=1000, blank=True)
    taken_at = models.DateTimeField(_("taken over at"))
    gone_at = models.DateTimeField(_("gone at the source since"), null=True)

    class Meta:
        verbose_name = _("origin of a harvested entry")
        verbose_name_plural = _("origins of harvested entries")

    def __str__(self) -> str:
        return self.identifier
