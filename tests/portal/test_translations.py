"""Finding, checking and compiling messages without gettext's programs."""

import gettext
import os
from pathlib import Path

import pytest

from portal.translations import (
    Message,
    catalogue_problems,
    compile_stale,
    missing_messages,
    python_messages,
    template_messages,
    terminal_language,
    update_catalogue,
)

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    path = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(HEADER + 'msgid "Yes"\nmsgstr "是"\n', encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('_("Yes")', {Message("Yes")}),
        ('_("in two " "parts")', {Message("in two parts")}),
        ('gettext_lazy("Later") ; other("No")', {Message("Later")}),
        ('pgettext("verb", "Order")', {Message("Order", context="verb")}),
        ('ngettext("%(n)s day", "%(n)s days", n)', {Message("%(n)s day", plural="%(n)s days")}),
        ('translation.gettext("Dotted")', {Message("Dotted")}),
        ("_(variable)", set()),
    ],
)
def test_messages_of_python(tmp_path: Path, source: str, expected: set[Message]) -> None:
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")
    assert set(python_messages(path)) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{% translate "Yes" %}', {Message("Yes")}),
        ('{% translate "Order" context "verb" %}', {Message("Order", context="verb")}),
        (
            "{% blocktranslate with a=b %}It's {{ a }}{% endblocktranslate %}",
            {Message("It's %(a)s")},
        ),
        (
            "{% blocktranslate count n=x %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}",
            {Message("%(n)s day", plural="%(n)s days")},
        ),
        ('{% include "x.html" with title=_("Title") %}', {Message("Title")}),
        ('{{ _("Name") }}', {Message("Name")}),
        ("<p>plain</p>", set()),
    ],
)
def test_messages_of_templates(tmp_path: Path, source: str, expected: set[Message]) -> None:
    path = tmp_path / "page.html"
    path.write_text(source, encoding="utf-8")
    assert set(template_messages(path)) == expected


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ('msgid "No"\nmsgstr ""\n', "not translated"),
        ('#, fuzzy\nmsgid "No"\nmsgstr "不"\n', "fuzzy"),
        ('msgid "%(a)s left"\nmsgstr "剩 %(b)s"\n', "placeholders differ"),
        ('msgid "Yes"\nmsgstr "对"\n', "twice in the file"),
    ],
)
def test_problem_is_named(catalogue: Path, entry: str, problem: str) -> None:
    assert catalogue_problems(catalogue) == []
    with catalogue.open("a", encoding="utf-8") as file:
        file.write("\n" + entry)
    (found,) = catalogue_problems(catalogue)
    assert found.startswith(problem)


def test_message_without_an_entry_is_missing(catalogue: Path) -> None:
    wanted = [Message("Yes"), Message("Yes", context="verb"), Message("No")]
    assert missing_messages(catalogue, wanted) == [Message("No"), Message("Yes", context="verb")]


def test_only_what_is_stale_is_compiled(catalogue: Path, tmp_path: Path) -> None:
    compiled = catalogue.with_suffix(".mo")
    assert compile_stale(tmp_path) == [compiled]
    assert compile_stale(tmp_path) == []
    with compiled.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Yes") == "是"
    later = compiled.stat().st_mtime + 10
    os.utime(catalogue, (later, later))
    assert compile_stale(tmp_path) == [compiled]


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_language_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], language: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert terminal_language() == language


def test_a_catalogue_follows_the_sources(catalogue: Path) -> None:
    with catalogue.open("a", encoding="utf-8") as file:
        file.write('\nmsgid "Gone"\nmsgstr "没了"\n\nmsgid "%(n)s day"\nmsgstr "%(n)s 天"\n')
    wanted = [Message("%(n)s day", plural="%(n)s days"), Message("Yes"), Message("Order", "verb")]

    untranslated = update_catalogue(catalogue, [*wanted, Message("%(n)s day")])

    assert untranslated == ["Order"]
    assert missing_messages(catalogue, wanted) == []
    assert "Gone" not in catalogue.read_text(encoding="utf-8")
    assert catalogue_problems(catalogue) == ["not translated: 'Order'"]


def test_bringing_a_catalogue_into_line_twice_changes_nothing(catalogue: Path) -> None:
    update_catalogue(catalogue, [Message("Yes"), Message("No")])
    once = catalogue.read_bytes()

    update_catalogue(catalogue, [Message("No"), Message("Yes")])

    assert catalogue.read_bytes() == once
