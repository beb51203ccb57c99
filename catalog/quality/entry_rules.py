"""Rules on what an entry says of itself (Decree 809 articles 13 to 15; 2017 Guide). Pure."""

from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from catalog.actions.faults import ARTICLE, is_national_basis
from catalog.actions.formats import MODES, TYPES
from catalog.codes import CLASS_CODE
from catalog.models import SharingType, UpdateCycle
from catalog.models.quality import Dimension
from catalog.quality.facts import FAILED, PASSED, Facts, Outcome, QualityRule, plain
from catalog.quality.titles import is_system, is_untidy

_SHORT_ABSTRACT: Final = 10
_FEWEST_WORDS: Final = 4
D = Dimension


def _abstract(facts: Facts) -> str:
    return facts.version.abstract.strip()


def _abstract_missing(facts: Facts, _on: date) -> Outcome:
    return plain(not _abstract(facts))


def _abstract_is_title(facts: Facts, _on: date) -> Outcome | None:
    text = _abstract(facts).rstrip("。.;；")
    return plain(text == facts.version.title.strip()) if text else None


def _abstract_short(facts: Facts, _on: date) -> Outcome | None:
    text = _abstract(facts)
    if not text or text == facts.version.title.strip():
        return None
    return plain(len(text) < _SHORT_ABSTRACT)


def _title_system(facts: Facts, _on: date) -> Outcome:
    return plain(is_system(facts.version.title))


def _title_untidy(facts: Facts, _on: date) -> Outcome:
    return plain(is_untidy(facts.version.title))


def _title_twin(facts: Facts, _on: date) -> Outcome:
    return Outcome(1, 1, tuple(facts.twins)) if facts.twins else PASSED


def _classification_missing(facts: Facts, _on: date) -> Outcome:
    return plain(facts.version.classification is None)


def _code_odd(facts: Facts, _on: date) -> Outcome | None:
    node = facts.version.classification
    if node is None:
        return None
    return plain(CLASS_CODE.fullmatch(node.code) is None or not facts.code_fits)


def _theme_missing(facts: Facts, _on: date) -> Outcome:
    return plain(not facts.version.theme and not facts.version.keywords)


def _format_missing(facts: Facts, _on: date) -> Outcome:
    return plain(not facts.version.format_class or not facts.version.format_types)


def _format_type(facts: Facts, _on: date) -> Outcome | None:
    allowed = TYPES.get(facts.version.format_class)
    kinds = facts.version.format_types
    if allowed is None or not kinds:
        return None
    strange = tuple(kind for kind in kinds if kind.lower() not in allowed)
    return Outcome(len(kinds), len(strange), strange)


def _format_mode(facts: Facts, _on: date) -> Outcome | None:
    modes = facts.version.sharing_modes
    if not facts.version.format_class or not modes:
        return None
    allowed = MODES.get(facts.version.format_class)
    return plain(allowed is not None and not set(modes) <= allowed)


def _sharing_missing(facts: Facts, _on: date) -> Outcome:
    return plain(not facts.version.sharing_type)


def _modes_missing(facts: Facts, _on: date) -> Outcome | None:
    if facts.version.sharing_type in {"", SharingType.NON_SHARED}:
        return None
    return plain(not facts.version.sharing_modes)


def _condition_vague(facts: Facts, _on: date) -> Outcome | None:
    if facts.version.sharing_type != SharingType.CONDITIONAL:
        return None
    return plain(len(facts.version.sharing_condition.strip()) < _FEWEST_WORDS)


def _basis_missing(facts: Facts, _on: date) -> Outcome | None:
    if facts.version.sharing_type != SharingType.NON_SHARED:
        return None
    return plain(not is_national_basis(facts.version.sharing_citation))


def _article_missing(facts: Facts, _on: date) -> Outcome | None:
    if facts.version.sharing_type != SharingType.NON_SHARED:
        return None
    return plain(ARTICLE.search(facts.version.sharing_citation) is None)


def _cycle_missing(facts: Facts, _on: date) -> Outcome:
    return plain(not facts.version.update_cycle)


def _has_regular_cycle(facts: Facts) -> bool:
    return facts.version.update_cycle not in {"", UpdateCycle.IRREGULAR}


def _update_unknown(facts: Facts, _on: date) -> Outcome | None:
    return plain(facts.updated_on is None) if _has_regular_cycle(facts) else None


def _overdue(facts: Facts, on: date) -> Outcome | None:
    """Live: by the day of reading, not by that of an assessment."""
    return None if facts.fresh_until is None else plain(facts.fresh_until < on)


def _provider_code(facts: Facts, _on: date) -> Outcome:
    return plain(not facts.provider_code_fits)


def _contact_missing(facts: Facts, _on: date) -> Outcome:
    return plain(not facts.has_contact)


def _never_attached(facts: Facts, _on: date) -> Outcome | None:
    if not facts.published or facts.version.sharing_type in {"", SharingType.NON_SHARED}:
        return None
    return plain(facts.mapped is None)


def _attached_without_items(facts: Facts, _on: date) -> Outcome | None:
    return None if facts.mapped is None else plain(not facts.items)


def _items_unmapped(facts: Facts, _on: date) -> Outcome | None:
    if facts.mapped is None or not facts.items:
        return None
    due = [item for item in facts.items if item.sharing_type != SharingType.NON_SHARED]
    names = tuple(item.name for item in due if item.key not in facts.mapped)
    return Outcome(len(due), len(names), names) if due else None


def _data_unchecked(facts: Facts, _on: date) -> Outcome | None:
    if facts.mapped is None:
        return None
    return FAILED if facts.data is None else PASSED


ENTRY_RULES: Final = (
    QualityRule("abstract_missing", D.COMPLETENESS, 5, _("no abstract"),
        _("Say in one or two sentences what the data holds and where it comes from."), "entry", _abstract_missing),
    QualityRule("abstract_is_title", D.COMPLETENESS, 4, _("abstract repeats the title"),
        _("Say what a record is, where it comes from and what it is used for."), "entry", _abstract_is_title),
    QualityRule("abstract_short", D.COMPLETENESS, 1, _("abstract of a few words only"),
        _("Say what a record is, where it comes from and what it is used for."), "entry", _abstract_short),
    QualityRule("title_system", D.ACCURACY, 5, _("title names a system, not data"),
        _("Name the data that the system holds."), "entry", _title_system),
    QualityRule("title_untidy", D.CONFORMITY, 1, _("stray blanks or punctuation in the title"),
        _("Remove line breaks, double blanks and punctuation at the ends."), "entry", _title_untidy),
    QualityRule("title_twin", D.UNIQUENESS, 4, _("nearly the same title twice at one provider"),
        _("Make them one entry, or tell them apart in the title; years and parts of one table are no entries of their own."), "entry", _title_twin),
    QualityRule("classification_missing", D.COMPLETENESS, 2, _("no classification"),
        _("Choose a group of the tree."), "entry", _classification_missing),
    QualityRule("code_odd", D.CONFORMITY, 2, _("classification or resource code of odd length"),
        _("Choose a group or a subgroup, so that the code rule can form the code."), "entry", _code_odd),
    QualityRule("theme_missing", D.COMPLETENESS, 1, _("neither theme nor keywords"),
        _("Name a theme or some keywords that people search for."), "entry", _theme_missing),
    QualityRule("format_missing", D.COMPLETENESS, 2, _("no format"),
        _("Choose the format class and at least one type."), "entry", _format_missing),
    QualityRule("format_type", D.CONSISTENCY, 2, _("format type of another class"),
        _("Choose the class of these types, or the self-described format."), "entry", _format_type),
    QualityRule("format_mode", D.CONSISTENCY, 2, _("sharing mode does not fit the format"),
        _("Files are shared as files, interfaces as interfaces; only databases allow all."), "entry", _format_mode),
    QualityRule("sharing_missing", D.COMPLETENESS, 5, _("no sharing type"),
        _("Choose one of the three types."), "entry", _sharing_missing),
    QualityRule("modes_missing", D.COMPLETENESS, 1, _("no sharing mode"),
        _("Choose file download, batch exchange or service interface."), "entry", _modes_missing),
    QualityRule("condition_vague", D.COMPLETENESS, 2, _("conditional without a condition"),
        _("Say which departments may use the data, and for what."), "entry", _condition_vague),
    QualityRule("basis_missing", D.CONFORMITY, 3, _("not shared without a national legal basis"),
        _("Cite a law, an administrative regulation or a decision of the State Council, or share the data."), "entry", _basis_missing),
    QualityRule("article_missing", D.CONFORMITY, 2, _("not shared, and the legal basis names no article"),
        _("Add the article, such as 第二十八条."), "entry", _article_missing),
    QualityRule("cycle_missing", D.TIMELINESS, 3, _("no update cycle"),
        _("Choose how often the provider updates the data."), "entry", _cycle_missing),
    QualityRule("update_unknown", D.TIMELINESS, 1, _("nobody knows when the data was last updated"),
        _("Attach the data with a change column, or state the day of the last update."), "entry", _update_unknown),
    QualityRule("overdue", D.TIMELINESS, 8, _("update overdue"),
        _("Update the data, or declare the cycle that is really kept."), "data", _overdue),
    QualityRule("provider_code", D.CONFORMITY, 2, _("provider without a valid credit code"),
        _("Have the system administrator enter it and verify the department."), "provider", _provider_code),
    QualityRule("contact_missing", D.COMPLETENESS, 2, _("nobody to ask: the provider has no data steward"),
        _("Have the security administrator give somebody the post of data steward."), "provider", _contact_missing),
    QualityRule("never_attached", D.COMPLETENESS, 6, _("published, but no data attached"),
        _("Attach the table that carries the entry."), "attachment", _never_attached),
    QualityRule("attached_without_items", D.CONSISTENCY, 3, _("data attached, but no items listed"),
        _("List the items with their types."), "items", _attached_without_items),
    QualityRule("items_unmapped", D.CONSISTENCY, 2, _("items without a column in the attached table"),
        _("Map the items to columns, or remove what the table does not hold."), "attachment", _items_unmapped),
    QualityRule("data_unchecked", D.ACCURACY, 1, _("attached data never checked"),
        _("Have the data checked now; after that it is checked every night."), "data", _data_unchecked),
)  # fmt: skip
