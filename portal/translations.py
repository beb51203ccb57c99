"""Compiling and checking the message catalogues without gettext's programs.

Messages are found by reading the syntax tree of the sources, so that the check is the same on a
bare machine as anywhere else.
"""

import ast
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

_ARGUMENTS = {  # function -> positions of context, singular, plural
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
_LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_TEMPLATE_CALL = re.compile(rf"\b(_|n?p?gettext)\(\s*({_LITERAL}(?:\s*,\s*{_LITERAL})*)", re.DOTALL)
_NAMED = re.compile(r"%\(\w+\)")
_PLACEHOLDER = re.compile(r"%\(\w+\)[-+ 0#.\d]*[a-z]|%[sd]")


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """A message as the catalogue knows it."""

    text: str
    context: str = ""
    plural: str = ""


def compile_stale(locale_dir: Path) -> list[Path]:
    """Write the .mo beside each .po that is newer than it; return those written."""
    written = []
    for source in stale_catalogues(locale_dir):
        target = source.with_suffix(".mo")
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        polib.pofile(str(source)).save_as_mofile(str(draft))
        draft.replace(target)  # a process that starts meanwhile never reads half a file
        written.append(target)
    return written


def stale_catalogues(locale_dir: Path) -> list[Path]:
    """Return the .po files without a .mo of their age."""
    return [
        source
        for source in sorted(locale_dir.glob("*/LC_MESSAGES/*.po"))
        if not (target := source.with_suffix(".mo")).exists()
        or target.stat().st_mtime < source.stat().st_mtime
    ]


def catalogue_problems(source: Path) -> list[str]:
    """Return what is wrong with a .po: untranslated, fuzzy, other placeholders, doubled."""
    problems = []
    seen: set[tuple[str, str]] = set()
    for entry in polib.pofile(str(source)):
        if entry.obsolete:
            continue
        problems += [f"{problem}: {entry.msgid!r}" for problem in _entry_problems(entry)]
        key = (entry.msgctxt or "", entry.msgid)
        if key in seen:
            problems.append(f"twice in the file: {entry.msgid!r}")
        seen.add(key)
    return problems


def _entry_problems(entry: polib.POEntry) -> Iterator[str]:
    if entry.fuzzy:
        yield "fuzzy"
    if not entry.translated() and not entry.fuzzy:
        yield "not translated"
        return
    texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    wanted = sorted(_PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    if any(sorted(_PLACEHOLDER.findall(text)) != wanted for text in texts):
        yield "placeholders differ"


def missing_messages(source: Path, wanted: Iterable[Message]) -> list[Message]:
    """Return the messages of the sources that a .po does not contain."""
    known = {
        (entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")
        for entry in polib.pofile(str(source))
        if not entry.obsolete
    }
    return sorted({m for m in wanted if (m.context, m.text, m.plural) not in known})


def update_catalogue(source: Path, wanted: Iterable[Message]) -> list[str]:
    """Rewrite a .po with exactly the wanted messages, sorted; return those without a translation.

    A text that became countable keeps its translation.
    """
    old = polib.pofile(str(source), wrapwidth=0)
    known = {(entry.msgctxt or "", entry.msgid): entry for entry in old if not entry.obsolete}
    new = polib.POFile(wrapwidth=0)
    new.metadata = old.metadata
    for (context, text), plural in sorted(_plurals(wanted).items()):
        entry = polib.POEntry(msgid=text, msgctxt=context or None)
        former = known.get((context, text))
        translation = (former.msgstr or former.msgstr_plural.get(0, "")) if former else ""
        if plural:
            entry.msgid_plural, entry.msgstr_plural = plural, {0: translation}
        else:
            entry.msgstr = translation
        if _NAMED.search(text):
            entry.flags.append("python-format")
        new.append(entry)
    new.save(str(source))
    return [entry.msgid for entry in new if not entry.translated()]


def _plurals(wanted: Iterable[Message]) -> dict[tuple[str, str], str]:
    """Context and text of each message, with its plural; one that is used with and without has it."""
    found: dict[tuple[str, str], str] = {}
    for message in wanted:
        key = (message.context, message.text)
        found[key] = found.get(key) or message.plural
    return found


def python_messages(path: Path) -> Iterator[Message]:
    """Yield the messages that a Python source asks for."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if message := _message(name, [_constant(argument) for argument in node.args]):
                yield message


def template_messages(path: Path) -> Iterator[Message]:
    """Yield the messages that a Django template asks for."""
    from django.utils.translation.template import templatize

    source: str = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for match in _TEMPLATE_CALL.finditer(source):
        literals = re.findall(_LITERAL, match.group(2), re.DOTALL)
        arguments: list[str | None] = [ast.literal_eval(literal) for literal in literals]
        if message := _message(match.group(1), arguments):
            yield message


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _message(name: str, arguments: list[str | None]) -> Message | None:
    if name not in _ARGUMENTS:
        return None

    def argument(position: int | None) -> str | None:
        if position is None:
            return ""
        return arguments[position] if position < len(arguments) else None

    context, text, plural = (argument(position) for position in _ARGUMENTS[name])
    if not text or context is None or plural is None:  # a variable: marked where it is defined
        return None
    return Message(text=text, context=context, plural=plural)


def terminal_language() -> str:
    """Return the language for commands: Chinese where the terminal's locale is Chinese."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh-hans" if value.lower().startswith("zh") else "en"
    return "en"
