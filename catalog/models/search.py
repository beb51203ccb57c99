"""The read path: what search and lists look at, kept beside the entries and derived from them.

Two tables, because lists, counts and filters read every row that somebody may see: they get a lean
one, and the texts, many times as large, stand apart.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.resources import Resource


class NextNumber(models.Func):
    """The next number of a search row."""

    template = "nextval('catalog_search_number')::integer"
    output_field = models.IntegerField()


class ResourceSearch(models.Model):
    """Filter values and permission labels of one entry.

    ``labels`` says who sees the entry, in the numbers of ``catalog.access``. It is rebuilt in the
    transaction that changes a permission. ``catalog.search.columns`` holds these rows in memory;
    a trigger writes ``changed_in``, so that it learns what has changed since it looked.
    """

    resource = models.OneToOneField(
        Resource, models.CASCADE, primary_key=True, related_name="search"
    )
    version = models.ForeignKey(
        "catalog.ResourceVersion",
        models.CASCADE,
        related_name="+",
        help_text="The version that lists and the entry page show.",
    )
    number = models.IntegerField(
        unique=True,
        editable=False,
        db_default=NextNumber(),
        help_text="A short name of the row that it keeps as long as it exists.",
    )
    changed_in = models.BigIntegerField(
        db_index=True,
        editable=False,
        default=0,
        help_text="Number of the transaction that wrote the row last; a trigger sets it.",
    )
    labels = ArrayField(models.IntegerField(), default=list)
    status = models.CharField(max_length=10)
    region_id = models.CharField(max_length=12)
    provider_id = models.BigIntegerField()
    sharing_type = models.CharField(max_length=14)
    update_cycle = models.CharField(max_length=12)
    format_class = models.CharField(max_length=1)
    theme = models.CharField(max_length=100)
    open_type = models.CharField(max_length=10)
    grade = models.PositiveSmallIntegerField()
    splittable = models.BooleanField(default=False)
    title = models.CharField(max_length=200)
    sharing_modes = ArrayField(models.CharField(max_length=6), default=list)
    classification_code = models.CharField(max_length=20, blank=True, default="")
    fresh_until = models.DateField(
        null=True,
        help_text="Last day on which the data is as new as its cycle promises; empty if unknown.",
    )
    used = models.PositiveIntegerField(default=0, help_text="As in ResourceUse.")
    quality = models.CharField(
        max_length=1, blank=True, default="", db_default="", help_text="As in EntryQuality."
    )
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("search row")
        verbose_name_plural = _("search rows")
        indexes = [
            GinIndex(fields=["labels"], name="catalog_search_labels"),
            models.Index(fields=["-updated_at", "-number"], name="catalog_search_newest"),
        ]

    def __str__(self) -> str:
        return self.title


class SearchGone(models.Model):
    """Number of a search row that was removed, written by a trigger."""

    number = models.IntegerField(primary_key=True)
    changed_in = models.BigIntegerField(db_index=True)

    class Meta:
        verbose_name = _("removed search row")
        verbose_name_plural = _("removed search rows")

    def __str__(self) -> str:
        return str(self.number)


class ResourceUse(models.Model):
    """How many grants and applications an entry has, as the apps said that know of them.

    Kept apart from the search row, which may be built anew at any time. ``catalog.hooks`` writes
    it, in the transaction of what changes the number.
    """

    resource = models.OneToOneField(Resource, models.CASCADE, primary_key=True, related_name="use")
    number = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("use of an entry")
        verbose_name_plural = _("use of entries")

    def __str__(self) -> str:
        return str(self.number)


class ResourceWords(models.Model):
    """The searchable words of one entry. Who sees it stands in its search row alone."""

    row = models.OneToOneField(
        ResourceSearch, models.CASCADE, primary_key=True, related_name="words"
    )
    number = models.IntegerField(help_text="As in the search row.")
    title = models.TextField(help_text="The title as it is compared, and on a new line its pinyin.")
    text = models.TextField(help_text="All searchable text, for the exact recheck of a match.")
    vector = SearchVectorField()

    class Meta:
        verbose_name = _("searchable words")
        verbose_name_plural = _("searchable words")
        indexes = [GinIndex(fields=["vector"], name="catalog_words_vector")]

    def __str__(self) -> str:
        return str(self.pk)
