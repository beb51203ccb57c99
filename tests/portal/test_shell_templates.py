"""What no template, stylesheet or script may contain."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

BASE = Path(settings.BASE_DIR) if hasattr(settings, "BASE_DIR") else Path(__file__).parents[2]
FOLDERS = [
    BASE / "templates",
    *(BASE / app / "templates" for app in ("portal", "catalog", "sharing")),
]
TEMPLATES = sorted(path for folder in FOLDERS for path in folder.rglob("*.html"))
ASSETS = sorted(path for path in (BASE / "portal" / "assets").rglob("*") if path.is_file())
CSS = BASE / "portal" / "assets" / "portal" / "portal.css"

OUTSIDE = re.compile(r"""(?:https?:)?//[\w.-]+\.[a-z]{2,}""")
NAMESPACES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink")
FORBIDDEN_MARKUP = {
    "inline style": re.compile(r"\sstyle\s*="),
    "style element": re.compile(r"<style\b"),
    "script without a file": re.compile(r"<script(?![^>]*\ssrc=)"),
    "event attribute": re.compile(r"\son[a-z]+\s*=(?!=)"),
    "htmx script": re.compile(r"\shx-on[:-]"),
    "javascript address": re.compile(r"javascript:"),
    "unescaped value": re.compile(r"\|\s*safe\b|autoescape off"),
}
TOO_NEW = {
    "cascade layer": re.compile(r"@layer\b"),
    "container query": re.compile(r"@container\b"),
    "registered property": re.compile(r"@property\b"),
    "parent selector": re.compile(r":has\("),
    "nesting": re.compile(r"^\s*&", re.MULTILINE),
    "new colour function": re.compile(r"oklch\(|color-mix\(|lab\("),
    "import": re.compile(r"@import"),
}


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(BASE)) for path in paths]


def without_comments(text: str) -> str:
    return re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}|/\*.*?\*/", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_templates_keep_to_the_content_policy(path: Path):
    text = without_comments(path.read_text(encoding="utf-8"))
    found = [what for what, pattern in FORBIDDEN_MARKUP.items() if pattern.search(text)]
    assert not found


@pytest.mark.parametrize("path", [*TEMPLATES, *ASSETS], ids=names([*TEMPLATES, *ASSETS]))
def test_nothing_loads_from_elsewhere(path: Path):
    text = path.read_text(encoding="utf-8")
    for namespace in NAMESPACES:
        text = text.replace(namespace, "")
    assert not OUTSIDE.findall(text)


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_templates_can_be_compiled(path: Path):
    folder = next(folder for folder in FOLDERS if path.is_relative_to(folder))
    get_template(str(path.relative_to(folder)))


def test_the_stylesheet_is_understood_by_old_browsers():
    text = without_comments(CSS.read_text(encoding="utf-8"))
    assert not [what for what, pattern in TOO_NEW.items() if pattern.search(text)]


def test_every_icon_that_is_used_exists():
    sprite = (BASE / "templates" / "_icons.html").read_text(encoding="utf-8")
    known = set(re.findall(r'id="i-([a-z]+)"', sprite))
    used = {
        name
        for path in TEMPLATES
        for name in re.findall(r'{% icon "([^"]+)" ', path.read_text(encoding="utf-8"))
    }
    assert used <= known


def test_every_class_of_the_shell_is_styled():
    styled = set(re.findall(r"\.([a-z][\w-]*)", CSS.read_text(encoding="utf-8")))
    for path in (BASE / "templates").glob("*.html"):
        text = re.sub(r"{%.*?%}|{{.*?}}", " ", path.read_text(encoding="utf-8"))
        for value in re.findall(r'class="([^"]*)"', text):
            unknown = {name for name in value.split() if not name.endswith(("-", "_"))} - styled
            assert not unknown, f"{path.name}: {unknown}"
