"""Why a pull failed, in words for people: every failure code with what to do about it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from sharing.connectors.errors import ConnectorError
from sharing.pulling import errors  # noqa: F401 - known by being imported
from sharing.pulls.errors import PullFailed

_OWN: Final[dict[str, tuple[str, str]]] = {
    "worker_lost": (
        gettext_noop("The work on the pull was interrupted several times."),
        gettext_noop(
            "The system administrator must look at the workers; then ask for the data again."
        ),
    ),
    "grant_not_in_force": (
        gettext_noop("The grant is not in force any more."),
        gettext_noop("Look at the grant; it says since when and why."),
    ),
    "source_suspended": (
        gettext_noop("The provider withdrew the entry or suspended its source."),
        gettext_noop("Ask the provider when it will be back."),
    ),
    "entry_withdrawn": (
        gettext_noop("The provider withdrew the entry while the pull was under way."),
        gettext_noop("Ask the provider whether it will be published again."),
    ),
    "grant.suspended": (
        gettext_noop("The grant was suspended while the pull was under way."),
        gettext_noop("When the grant is in force again, ask for the data again."),
    ),
    "grant.terminated": (
        gettext_noop("The grant was terminated while the pull was under way."),
        gettext_noop("Apply anew if the data is still needed."),
    ),
    "grant.expired": (
        gettext_noop("The grant expired while the pull was under way."),
        gettext_noop("Apply anew if the data is still needed."),
    ),
    "pull.cancelled": (
        gettext_noop("The pull was stopped."),
        gettext_noop("Ask for the data again when it is needed."),
    ),
}


class Words(NamedTuple):
    """What is wrong and how to mend it, in the language in use."""

    text: str
    remedy: str


def explain(code: str, detail: Mapping[str, Any]) -> Words:
    """The failure in words; ``detail`` is what the pull's row keeps about it."""
    text, remedy = _known().get(code, (PullFailed.template, PullFailed.remedy))
    params = detail if hasattr(detail, "__missing__") else _Lenient(detail)
    return Words(_(text) % params if text else "", _(remedy) % params if remedy else "")


def codes() -> dict[str, bool]:
    """Every failure code, and whether another attempt is made."""
    kinds = [*_kinds(ConnectorError), *_kinds(PullFailed)]
    retried = {kind.code: bool(kind.retryable) for kind in kinds}
    return {code: retried.get(code, False) for code in sorted(_known())}


class _Lenient(dict[str, Any]):
    """Params of which none is missed: an old failure must not break a page."""

    def __missing__(self, key: str) -> str:
        return "?"


def _known() -> dict[str, tuple[str, str]]:
    found = {kind.code: (kind.template, kind.remedy) for kind in _kinds(ConnectorError)}
    found |= {kind.code: (kind.template, kind.remedy) for kind in _kinds(PullFailed)}
    return found | _OWN


def _kinds(base: type[Any]) -> Iterator[type[Any]]:
    yield base
    for kind in base.__subclasses__():
        yield from _kinds(kind)
