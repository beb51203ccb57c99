"""Words that mean the same, kept by staff; the search asks them at every query."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MOST_WORDS = 12
LONGEST_WORD = 60


class SynonymGroup(models.Model):
    """Words of which a search for one finds the others too.

    ``words`` are kept in the form in which texts are compared (``tokens.normalise``). In a group
    that works one way, a search for the first word finds the others, but not the other way round:
    社保 stands for five kinds of insurance, 失业保险 does not stand for 社保.
    """

    words = ArrayField(
        models.CharField(max_length=LONGEST_WORD),
        size=MOST_WORDS,
        verbose_name=_("words"),
    )
    one_way = models.BooleanField(
        _("one way"),
        default=False,
        help_text=_("A search for the first word finds the others, but not the other way round."),
    )
    active = models.BooleanField(
        _("in use"), default=True, help_text=_("Searches ask this group; takes effect at once.")
    )
    note = models.CharField(
        _("note"), max_length=200, blank=True, help_text=_("Why, or where the words come from.")
    )

    class Meta:
        verbose_name = _("synonyms")
        verbose_name_plural = _("synonyms")
        ordering = ["words"]
        indexes = [GinIndex(fields=["words"], name="catalog_synonym_words")]
        constraints = [
            models.CheckConstraint(
                name="catalog_synonymgroup_words",
                condition=Q(words__len__gte=2),
                violation_error_message=_("A group has at least two words."),
            ),
        ]

    def __str__(self) -> str:
        return (" → " if self.one_way else " = ").join(
            [self.words[0], " / ".join(self.words[1:])] if self.one_way else self.words
        )
