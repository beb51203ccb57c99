"""Titles that mean the same: what is left of one without numbering, blanks and punctuation. Pure."""

import re
import unicodedata

_NOISE = re.compile(r"[\W_]+")
_YEAR = re.compile(r"(?:19|20)\d{2}(?:年度?|-(?:19|20)\d{2}年度?)?")
_RUNNING = re.compile(r"(?:\d{1,3}|(?<=[^〇零一二三四五六七八九十])[一二三四五六七八九十]{1,2})$")
_BRACKETED = re.compile(r"[(\[【〔]\s*(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s*[)\]】〕]")
_UNTIDY = re.compile(r"^[\s\W_]|\s{2,}|[\t\r\n]|[,，.。、;；:：\-_/\\]$|([,，.。、;；:：])\1|\s$")
_FEWEST = 3
_OPENING = "《“\"'（([【〔"


def title_key(title: str) -> str:
    """What two titles share that differ only by blanks, punctuation, year or running number."""
    text = unicodedata.normalize("NFKC", title).casefold()
    bare = _NOISE.sub("", _YEAR.sub("", _BRACKETED.sub("", text)))
    short = _RUNNING.sub("", bare)
    kept = short if len(short) >= _FEWEST else bare
    return (kept or _NOISE.sub("", text))[:200]


def is_untidy(title: str) -> bool:
    """Whether stray blanks, line breaks or punctuation stand in the title."""
    return bool(_UNTIDY.search(title.lstrip(_OPENING)))


def is_system(title: str) -> bool:
    """Whether the title names a system rather than data."""
    return _RUNNING.sub("", title.rstrip()).endswith(("系统", "平台"))
