"""Words that mean the same: entered, changed and removed by the authority; searches follow at once."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalog.models import SynonymGroup
from catalog.models.synonyms import LONGEST_WORD, MOST_WORDS
from catalog.search.synonyms import clean
from portal.errors import Fault, Invalid
from portal.ledger.records import difference, record
from portal.organisation.models import Official

FIELDS = ("words", "one_way", "active", "note")


@transaction.atomic
def save_synonyms(*, by: Official, group: SynonymGroup, now: datetime) -> SynonymGroup:
    """Save a new or changed group; nothing is recorded when nothing changed. Invalid: all faults."""
    group.words = clean(group.words)
    if faults := synonym_faults(group.words):
        raise Invalid(_("The words cannot be used as synonyms."), faults)
    before = SynonymGroup.objects.select_for_update().filter(pk=group.pk).first()
    changed = difference(before, group, FIELDS)
    if not changed["after"]:
        return group
    if before is None:
        group.save(force_insert=True)
    else:
        group.save(update_fields=list(changed["after"]))
    kind = "synonyms.changed" if before else "synonyms.added"
    record(kind, by=by, obj=group, now=now, data=changed)
    return group


@transaction.atomic
def remove_synonyms(*, by: Official, group: SynonymGroup, now: datetime) -> None:
    """Remove a group; what it held stays in the ledger."""
    record("synonyms.removed", by=by, obj=group, now=now, data={"words": group.words})
    group.delete()


def synonym_faults(words: list[str]) -> list[Fault]:
    """What is wrong with cleaned words, each with its remedy."""
    faults = []
    if not 2 <= len(words) <= MOST_WORDS:
        message = _("A group has from two to %(most)s different words.") % {"most": MOST_WORDS}
        faults.append(Fault("words", message, _("Write one word on each line."), "count"))
    for word in words:
        if " " in word or not any(character.isalnum() for character in word):
            message = _("“%(word)s” is not one word.") % {"word": word}
            remedy = _("A word has letters, digits or Chinese characters and no spaces.")
            faults.append(Fault("words", message, remedy, "not_a_word"))
        if len(word) > LONGEST_WORD:
            message = _("“%(word)s…” is too long.") % {"word": word[:20]}
            shorter = _("Write at most %(most)s characters.") % {"most": LONGEST_WORD}
            faults.append(Fault("words", message, shorter, "too_long"))
    return faults
