"""One line of a foreign catalog as an entry of this one, and what is wrong with it. Pure."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from catalog.exchange import values
from catalog.exchange.defects import Defect
from catalog.exchange.names import ProviderName, read_name
from catalog.models import OpenType
from catalog.places import Place, places, resolve
from portal.organisation.divisions import NATION

_SYSTEM = re.compile("(?:系统|平台)$")
_LONGEST_TITLE, _LONGEST_ABSTRACT = 200, 4000


@dataclass(frozen=True, slots=True)
class Origin:
    """What lines leave out: the province and city of the portal, and the day of the import."""

    today: date
    province: str = ""
    city: str = ""


@dataclass(slots=True)
class Entry:
    """One line, mapped: ``content`` are fields of a version, ``defects`` what was found."""

    line: int
    key: str
    provider: ProviderName
    department: str
    content: dict[str, Any]
    digest: str = ""
    defects: list[tuple[Defect, str]] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The title, tidied."""
        return str(self.content["title"])


def map_line(line: int, raw: dict[str, Any], origin: Origin) -> Entry | None:
    """The entry of that line; None when it has no title and so cannot be one."""
    defects: list[tuple[Defect, str]] = []
    content: dict[str, Any] = {}
    if not _title(raw, content, defects):
        return None
    _description(raw, content, defects)
    _cycle(raw, content, defects)
    _openness(raw, content, defects)
    _formats(raw, content, defects)
    _theme(raw, content, defects)
    _dates(raw, content, defects, today=origin.today)
    provider, department = _provider(raw, origin, defects)
    entry = Entry(line, _key(raw, origin), provider, department, content, defects=defects)
    entry.digest = digest_of(content)
    return entry


def digest_of(content: dict[str, Any]) -> str:
    """SHA-256 of mapped content: the same line always gives the same."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _key(raw: dict[str, Any], origin: Origin) -> str:
    """A key that survives changes of everything but place, title, department and address."""
    province = values.tidy(raw.get("province")) or origin.province
    city = values.tidy(raw.get("city")) or origin.city
    parts = [str(raw.get(name) or "") for name in ("title", "department", "url")]
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
    return f"{province[:20]}/{city[:20]}/{digest[:40]}"


def _title(raw: dict[str, Any], content: dict[str, Any], defects: list[Any]) -> bool:
    given = raw.get("title")
    title = " ".join(str(given or "").replace("\x00", "").split())
    if not title:
        return False
    if title != given:
        defects.append((Defect.UNTIDY_TITLE, str(given)[:100]))
    if len(title) > _LONGEST_TITLE:
        defects.append((Defect.LONG_TITLE, str(len(title))))
    if _SYSTEM.search(title):
        defects.append((Defect.SYSTEM_AS_TITLE, title))
    content["title"] = title[:_LONGEST_TITLE]
    return True


def _description(raw: dict[str, Any], content: dict[str, Any], defects: list[Any]) -> None:
    text = values.tidy(raw.get("description"))
    if not text:
        defects.append((Defect.MISSING_DESCRIPTION, ""))
    elif text.strip("。.") == content["title"]:
        defects.append((Defect.DESCRIPTION_IS_TITLE, ""))
    if len(text) > _LONGEST_ABSTRACT:
        defects.append((Defect.LONG_DESCRIPTION, str(len(text))))
    content["abstract"] = text[:_LONGEST_ABSTRACT]


def _cycle(raw: dict[str, Any], content: dict[str, Any], defects: list[Any]) -> None:
    word = values.word(raw.get("update_frequency"))
    content["update_cycle"] = str(values.CYCLES.get(word) or values.ROUNDED_CYCLES.get(word) or "")
    if not word:
        defects.append((Defect.MISSING_CYCLE, ""))
    elif word in values.ROUNDED_CYCLES:
        defects.append((Defect.ROUNDED_CYCLE, word))
    elif word not in values.CYCLES:
        defects.append((Defect.UNKNOWN_CYCLE, word))


def _openness(raw: dict[str, Any], content: dict[str, Any], defects: list[Any]) -> None:
    word = values.word(raw.get("is_open"))
    content["open_type"] = str(values.OPENNESS.get(word, OpenType.CLOSED))
    if not word:
        defects.append((Defect.MISSING_OPENNESS, ""))
    elif word not in values.OPENNESS:
        defects.append((Defect.UNKNOWN_OPENNESS, word))


def _formats(raw: dict[str, Any], content: dict[str, Any], defects: list[Any]) -> None:
    known, unknown = values.read_formats(raw.get("data_formats"))
    content["format_types"] = known
    content["format_class"] = values.format_class(known)
    if not known and not unknown:
        defects.append((Defect.MISSING_FORMAT, ""))
    defects += [(Defect.UNKNOWN_FORMAT, one) for one in unknown]


def _theme(raw: dict[str, Any], content: dict[str, Any], defects: list[Any]) -> None:
    content["theme"] = values.tidy(raw.get("category"))[:100]
    content["keywords"] = values.read_tags(raw.get("tags"))
    if not content["theme"]:
        defects.append((Defect.MISSING_THEME, ""))


def _dates(
    raw: dict[str, Any], content: dict[str, Any], defects: list[Any], *, today: date
) -> None:
    given = {name: values.tidy(raw.get(name)) for name in ("publish_time", "update_time")}
    found = {name: values.read_date(text, today=today) for name, text in given.items()}
    defects += [
        (Defect.BAD_DATE, f"{name}: {text}"[:100])
        for name, text in given.items()
        if text and found[name] is None
    ]
    if not any(given.values()):
        defects.append((Defect.MISSING_DATE, ""))
    published, updated = found["publish_time"], found["update_time"]
    if published and updated and updated < published:
        defects.append((Defect.UPDATED_BEFORE_PUBLISHED, f"{updated} < {published}"))
    content["source_published_on"], content["source_updated_on"] = published, updated


def _provider(raw: dict[str, Any], origin: Origin, defects: list[Any]) -> tuple[ProviderName, str]:
    portal = _portal(raw, origin)
    if portal.code == NATION:
        given = f"{raw.get('province') or origin.province}/{raw.get('city') or origin.city}"
        defects.append((Defect.UNKNOWN_PLACE, given[:100]))
    department = values.tidy(raw.get("department"))
    provider = read_name(department, portal)
    if not department:
        defects.append((Defect.MISSING_DEPARTMENT, ""))
    elif not provider.certain:
        defects.append((Defect.AMBIGUOUS_DEPARTMENT, department))
    return provider, department


def _portal(raw: dict[str, Any], origin: Origin) -> Place:
    province = values.tidy(raw.get("province")) or origin.province
    city = values.tidy(raw.get("city")) or origin.city
    return resolve(province, city) or resolve(province, "") or places()[NATION]
