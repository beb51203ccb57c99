"""What recognition found in a column, in words for people."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.recognition.terms import Basis, Finding, Meaning, Warn

MEANINGS: Final = {
    Meaning.ID_NUMBER: gettext_lazy("identity numbers"),
    Meaning.USCC: gettext_lazy("unified social credit codes"),
    Meaning.MOBILE: gettext_lazy("mobile numbers"),
    Meaning.LANDLINE: gettext_lazy("landline numbers"),
    Meaning.EMAIL: gettext_lazy("e-mail addresses"),
    Meaning.BANK_CARD: gettext_lazy("bank card numbers"),
    Meaning.PLATE: gettext_lazy("number plates"),
    Meaning.NAME: gettext_lazy("names of people"),
    Meaning.ADDRESS: gettext_lazy("addresses"),
    Meaning.COORDINATES: gettext_lazy("coordinates"),
    Meaning.REGION_CODE: gettext_lazy("region codes"),
    Meaning.POSTCODE: gettext_lazy("postcodes"),
    Meaning.BIRTH_DATE: gettext_lazy("dates of birth"),
    Meaning.DATE: gettext_lazy("dates"),
    Meaning.DATETIME: gettext_lazy("dates with time"),
    Meaning.MONEY: gettext_lazy("amounts of money"),
    Meaning.BOOLEAN: gettext_lazy("yes or no"),
    Meaning.CODE: gettext_lazy("codes"),
    Meaning.INTEGER: gettext_lazy("whole numbers"),
    Meaning.NUMBER: gettext_lazy("numbers"),
    Meaning.TEXT: gettext_lazy("texts"),
    Meaning.UNKNOWN: gettext_lazy("unknown"),
}
_CHECKED: Final = frozenset((Meaning.ID_NUMBER, Meaning.USCC, Meaning.BANK_CARD))


def meaning_of(finding: Finding) -> str:
    """What the column holds, in two words."""
    return str(MEANINGS[finding.meaning])


def reason_for(finding: Finding) -> str:
    """Why it is taken for that: counts, never values."""
    numbers = {"hits": f"{finding.hits:,}", "values": f"{finding.values:,}"}
    if finding.basis is Basis.TYPE:
        return _("By the type of the column.")
    if finding.basis is Basis.NAME:
        return _by_name(finding)
    if finding.meaning is Meaning.CODE:
        return ngettext(
            "%(number)s different value among %(values)s.",
            "%(number)s different values among %(values)s.",
            finding.distinct,
        ) % {"number": f"{finding.distinct:,}", **numbers}
    if finding.meaning is Meaning.TEXT:
        return _("%(values)s values that follow no rule.") % numbers
    if finding.meaning is Meaning.BOOLEAN:
        return _("%(values)s values, two at most.") % numbers
    if finding.meaning in _CHECKED:
        text = _("%(hits)s of %(values)s values have a valid check digit.")
    else:
        text = _("%(hits)s of %(values)s values are of that form.")
    if finding.basis is Basis.BOTH:
        return f"{text % numbers} {_('The name says the same.')}"
    return text % numbers


def _by_name(finding: Finding) -> str:
    if finding.meaning is Meaning.UNKNOWN:
        return _("There were too few values, and the name says nothing.")
    return _("By its name only; there were too few values.")


def warning_of(warn: Warn) -> str:
    """What a person has to look at."""
    params = {
        "meaning": MEANINGS[warn.meaning], "hits": f"{warn.hits:,}", "values": f"{warn.values:,}",
    }  # fmt: skip
    if warn.code == "name_says":
        return (
            _("The name says %(meaning)s, but only %(hits)s of %(values)s values are such.")
            % params
        )
    if warn.code == "contains":
        return (
            _("%(hits)s of %(values)s values contain %(meaning)s: graded as personal information.")
            % params
        )
    return _("%(hits)s of %(values)s values have a wrong check digit.") % params
