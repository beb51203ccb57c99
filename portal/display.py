"""How a person wants pages to look: letter size and contrast, kept in a cookie, not in the account.

A shared counter machine keeps its setting whoever signs in.
"""

from django.http import HttpRequest

COOKIE = "display"
SIZES = ("type-large", "type-larger")
CONTRAST = "contrast"
NORMAL = "type-normal"
CHOICES = (NORMAL, *SIZES, CONTRAST)
"""Values of the switch; the first three replace each other, the last one goes on and off."""
MAX_AGE = 365 * 24 * 3600
_SEPARATOR = "."  # needs no quoting in a cookie, and no class name contains it


def classes(request: HttpRequest) -> frozenset[str]:
    """The classes of <html>; anything unknown in the cookie is ignored."""
    named = request.COOKIES.get(COOKIE, "").split(_SEPARATOR)
    return frozenset(named) & {*SIZES, CONTRAST}


def switched(chosen: frozenset[str], switch: str) -> frozenset[str]:
    """What is chosen after ``switch`` was pressed; an unknown switch changes nothing."""
    if switch == CONTRAST:
        return chosen ^ {CONTRAST}
    if switch in SIZES:
        return (chosen - frozenset(SIZES)) | {switch}
    return chosen - frozenset(SIZES) if switch == NORMAL else chosen


def cookie_value(chosen: frozenset[str]) -> str:
    """The cookie that keeps what is chosen."""
    return _SEPARATOR.join(sorted(chosen))
