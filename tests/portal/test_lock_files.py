"""The lock files are what pyproject.toml asks for, complete, and name no host."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from portal.env import BASE_DIR

PROJECT = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUNTIME, DEVELOPMENT = "requirements.txt", "requirements-dev.txt"
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)([^\\]*)\\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def pins(name: str) -> dict[str, set[str]]:
    """Return the versions of each package; markers may choose between several."""
    found: dict[str, set[str]] = {}
    for line in (BASE_DIR / name).read_text(encoding="utf-8").splitlines():
        if match := PIN.match(line):
            found.setdefault(canonicalize_name(match[1]), set()).add(match[2])
    return found


def satisfied(requirement: Requirement, locked: dict[str, set[str]]) -> bool:
    versions = locked.get(canonicalize_name(requirement.name), set())
    return any(requirement.specifier.contains(version) for version in versions)


@pytest.mark.parametrize("name", [RUNTIME, DEVELOPMENT])
def test_every_line_is_a_pin_or_its_hash(name: str) -> None:
    """No index, no address of a host, no package without a hash."""
    lines = (BASE_DIR / name).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not PIN.match(line) and not HASH.match(line)] == []
    unhashed = [
        line
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
        if PIN.match(line) and not HASH.match(following)
    ]
    assert unhashed == []


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        (RUNTIME, PROJECT["dependencies"]),
        (DEVELOPMENT, PROJECT["dependencies"]),
        (DEVELOPMENT, PROJECT["optional-dependencies"]["dev"]),
    ],
)
def test_lock_file_satisfies_the_project(name: str, wanted: list[str]) -> None:
    locked = pins(name)
    unmet = [text for text in wanted if not satisfied(Requirement(text), locked)]
    assert unmet == [], "run `make lock`"


def test_development_contains_runtime() -> None:
    """Both may be installed into one environment, whichever came first."""
    development = pins(DEVELOPMENT)
    differing = {
        package: versions
        for package, versions in pins(RUNTIME).items()
        if development.get(package) != versions
    }
    assert differing == {}


def test_every_dependency_says_what_it_is_for() -> None:
    text = (BASE_DIR / "pyproject.toml").read_text(encoding="utf-8")
    block = text.split("dependencies = [", 1)[1].split("]\n", 1)[0]
    silent = [line for line in block.splitlines() if '"' in line and "# " not in line]
    assert silent == []
