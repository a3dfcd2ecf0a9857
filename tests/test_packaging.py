"""What the wheel declares is what the package uses, and its licences come along."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from lock import EXTRAS as LOCKED

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
FOR_USERS = [
    *PROJECT["dependencies"],
    *(line for name, lines in EXTRAS.items() if name != "dev" for line in lines),
]
LOOKED_UP = {"find_spec", "import_module", "package_folder"}
"""Functions that are given the name of a package as a string."""
NOT_OURS = {"pytest", "pip"}
"""Who loads `voiceagent.testing` brings pytest; pip is looked for to name its line."""

HOLES = {"diskcache"}
"""What has a known hole and no release that mends it."""


def plain(name: str) -> str:
    """A distribution's name as indexes compare it, without version and extras."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", name)[0]).lower()


def sources() -> Iterator[Path]:
    yield from sorted((ROOT / "voiceagent").rglob("*.py"))


def named(tree: ast.AST) -> Iterator[str]:
    """The packages that a module imports or looks up by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module
        elif isinstance(node, ast.Call) and node.args:
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0]
            if called in LOOKED_UP and isinstance(first, ast.Constant):
                yield str(first.value)


@cache
def used() -> dict[str, Path]:
    """Each package of others, with a file that uses it."""
    found: dict[str, Path] = {}
    for path in sources():
        for name in named(ast.parse(path.read_text())):
            found.setdefault(name.split(".")[0], path.relative_to(ROOT))
    ours = {"voiceagent", *sys.stdlib_module_names}
    return {name: path for name, path in found.items() if name not in ours}


@cache
def providers() -> dict[str, set[str]]:
    """Which distributions bring each package that is used; its own name where none is
    installed."""
    have = packages_distributions()
    return {name: {plain(one) for one in have.get(name, [name])} for name in used()}


def test_everything_imported_is_declared() -> None:
    declared = {plain(line) for line in FOR_USERS}
    missing = [
        f"{name} ({used()[name]})"
        for name, brought in providers().items()
        if name not in NOT_OURS and not declared & brought
    ]
    assert missing == []


def test_everything_declared_is_used() -> None:
    brought = set[str]().union(*providers().values())
    text = "\n".join(path.read_text() for path in sources())
    unused = [
        line
        for line in FOR_USERS
        if plain(line) not in brought
        and not re.search(f'"{plain(line).replace("-", "[-_]")}"', text)
    ]
    assert unused == []


def test_every_declared_package_is_pinned() -> None:
    pins = {plain(line) for line in (ROOT / "constraints.txt").read_text().split()}
    assert [
        line for line in [*FOR_USERS, *EXTRAS["dev"]] if plain(line) not in pins
    ] == []


def locked() -> dict[str, tuple[str, int]]:
    """Version and number of hashes of what `requirements.lock` installs."""
    text = (ROOT / "requirements.lock").read_text()
    found = {}
    for block in re.split(r"\n(?=\w)", text):
        if not block.startswith("#"):
            name, _, rest = block.partition("==")
            count = len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", rest))
            found[plain(name)] = (rest.split()[0], count)
    return found


def test_the_lock_has_the_pins_and_a_hash_for_each() -> None:
    pins = {}
    for line in (ROOT / "constraints.txt").read_text().split():
        name, _, version = line.partition("==")
        pins[plain(name)] = version
    # What a pinned package needs on other systems alone is pinned by the lock.
    known = {name: one for name, one in locked().items() if name in pins}
    assert {name: one[0] for name, one in known.items()} == {
        name: pins[name] for name in known
    }
    assert [name for name, (_, count) in locked().items() if not count] == []


def test_the_lock_brings_what_is_usual_and_no_known_hole() -> None:
    usual = [line for name in LOCKED for line in EXTRAS[name]]
    wanted = {plain(line) for line in [*PROJECT["dependencies"], *usual]}
    assert wanted - locked().keys() == set()
    assert HOLES & locked().keys() == set()
    text = (ROOT / "requirements.lock").read_text()
    assert not re.search(r"://|--index|--find-links|--trusted", text)


def test_the_usual_extras_are_the_same_everywhere() -> None:
    demo = re.search(r"setup_venv (\S+)", (ROOT / "scripts" / "demo").read_text())
    assert demo is not None and demo[1].split(",") == [*LOCKED]


def test_licences_are_named_and_there() -> None:
    assert PROJECT["license-files"] == ["LICENSE", "NOTICE"]
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text and "END OF TERMS AND CONDITIONS" in text
    notice = (ROOT / "NOTICE").read_text()
    for model in sorted(path.parent.name for path in ROOT.glob("models/*/model.toml")):
        assert f"models/{model}" in notice, f"NOTICE says nothing of models/{model}"
