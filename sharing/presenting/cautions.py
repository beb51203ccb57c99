"""Cautions in words: what is noticed, why it matters, what can be done about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.access import visible_to
from catalog.models import Grade
from portal.organisation.models import Official
from portal.pages.dates import full_day
from sharing.cautions import Caution, CautionCode

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Said:
    """A caution as pages show it; ``url`` leads to what it speaks of, if the reader may go there."""

    code: str
    title: str
    text: str
    remedy: str
    url: str = ""
    label: str = ""


_TITLES: Final[Mapping[CautionCode, Words]] = {
    CautionCode.BEYOND_NEED: gettext_lazy("More data items than the matter needs"),
    CautionCode.HIGHER_GRADE: gettext_lazy("A higher grade than usual for the department"),
    CautionCode.REFUSED_BEFORE: gettext_lazy("The same purpose was refused before"),
    CautionCode.GRANTED_ALREADY: gettext_lazy("The department has this data already"),
    CautionCode.REIDENTIFIES: gettext_lazy("Combined with other data, people can be recognised"),
    CautionCode.RAISES_GRADE: gettext_lazy("Combined with other data, it counts as a higher grade"),
    CautionCode.PERSONAL_WITHOUT_BASIS: gettext_lazy(
        "Personal information without a stated legal basis"
    ),
}
_REMEDIES: Final[Mapping[CautionCode, Words]] = {
    CautionCode.BEYOND_NEED: gettext_lazy(
        "Leave them out, or say in the use scenario what they are for (article 20)."
    ),
    CautionCode.HIGHER_GRADE: gettext_lazy(
        "Leave them out if the matter can do without; more people decide about higher grades."
    ),
    CautionCode.REFUSED_BEFORE: gettext_lazy(
        "Read the reason and say what has changed since; the same application is refused again."
    ),
    CautionCode.GRANTED_ALREADY: gettext_lazy(
        "Use the grant, or ask only for what it lacks. A new purpose needs a new application."
    ),
    CautionCode.REIDENTIFIES: gettext_lazy(
        "Leave out the key if rows need not be put together, or say how the data is kept apart."
    ),
    CautionCode.RAISES_GRADE: gettext_lazy(
        "Ask for fewer data items, or say how the whole is protected as data of that grade."
    ),
    CautionCode.PERSONAL_WITHOUT_BASIS: gettext_lazy(
        "Name the law and its article, such as 《社会救助暂行办法》第十三条."
    ),
}


def said(cautions: Iterable[Caution], official: Official, on: date, *, own: bool) -> list[Said]:
    """The cautions for one reader.

    Entries that the reader does not see are only counted. ``own`` is whether the reader belongs
    to the applicant's department and may follow links into its other applications.
    """
    found = list(cautions)
    wanted = {entry for caution in found for entry in caution.entries}
    titles: dict[str, str] = {}
    if wanted:
        seen = visible_to(official, on).filter(pk__in=wanted, live__isnull=False)
        titles = {str(entry.pk): str(entry) for entry in seen.select_related("live")}
    return [_said(caution, titles, own=own) for caution in found]


def _said(caution: Caution, titles: Mapping[str, str], *, own: bool) -> Said:
    url, label = _link(caution) if own else ("", "")
    return Said(
        code=caution.code.value,
        title=str(_TITLES[caution.code]),
        text=_text(caution, titles),
        remedy=str(_REMEDIES[caution.code]),
        url=url,
        label=label,
    )


def _link(caution: Caution) -> tuple[str, str]:
    if caution.code is CautionCode.REFUSED_BEFORE:
        address = reverse("sharing:application", args=[caution.params["application"]])
        return f"{address}?item={caution.params['item']}", _("Read the reason")
    if caution.code is CautionCode.GRANTED_ALREADY:
        return reverse("sharing:grant", args=[caution.params["grant"]]), _("To the grant")
    return "", ""


def _text(caution: Caution, titles: Mapping[str, str]) -> str:
    names = _(", ").join(caution.names)
    params: dict[str, Any] = {**caution.params, "names": names, "others": _others(caution, titles)}
    match caution.code:
        case CautionCode.BEYOND_NEED if params["matter"]:
            return _("The matter “%(matter)s” does not need: %(names)s.") % params
        case CautionCode.BEYOND_NEED:
            return _("No matter of the department needs: %(names)s.") % params
        case CautionCode.HIGHER_GRADE:
            words = {"grade": _grade(params["grade"]), "usual": _grade(params["usual"])}
            return _(
                "%(names)s: %(grade)s. So far the department was granted at most %(usual)s."
            ) % (params | words)
        case CautionCode.REFUSED_BEFORE:
            return _("Application %(number)s for the same entry was refused on %(on)s.") % (
                params | {"on": _day(params["on"])}
            )
        case CautionCode.GRANTED_ALREADY:
            return _("Grant %(number)s gives it until %(until)s: %(names)s.") % (
                params | {"until": _day(params["until"])}
            )
        case CautionCode.REIDENTIFIES:
            return (
                _(
                    "By %(names)s the rows can be put together with %(others)s; one of them says who"
                    " the people are (R34)."
                )
                % params
            )
        case CautionCode.RAISES_GRADE:
            return _(
                "By %(names)s it joins with %(others)s into a picture of the same people that"
                " counts as %(grade)s (R34)."
            ) % (params | {"grade": _grade(params["grade"])})
        case _:
            return (
                _("The basis names no law or article, but these are personal: %(names)s.") % params
            )


def _others(caution: Caution, titles: Mapping[str, str]) -> str:
    known = [titles[entry] for entry in caution.entries if entry in titles]
    if hidden := len(caution.entries) - len(known):
        known.append(_("entries you do not see: %(count)d") % {"count": hidden})
    return _(", ").join(known)


def _grade(value: int) -> str:
    return str(Grade(value).label)


def _day(text: str) -> str:
    return full_day(date.fromisoformat(text)) if text else "–"
