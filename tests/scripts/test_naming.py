"""Scripts have one way of naming, and every mention of one is right."""

from __future__ import annotations

import ast
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"
LIBRARY = SCRIPTS / "lib"
PYTHON = sorted(SCRIPTS.glob("*.py"))
ELSEWHERE = sorted(SCRIPTS.glob("compat/*.py"))
"""Run by the Python of the client that they try."""
SHELL = sorted(
    path
    for path in [*SCRIPTS.iterdir(), *SCRIPTS.glob("compat/*"), ROOT / ".ci" / "run"]
    if path.is_file() and not path.suffix
)
TEXTS = (".py", ".md", ".toml", ".yaml", ".yml", ".txt", ".sh", "")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*PYTHON, *ELSEWHERE], ids=name)
def test_a_python_script_can_be_run(path: Path) -> None:
    assert path.read_text().startswith("#!/usr/bin/env python3\n")
    assert os.access(path, os.X_OK)


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_a_python_script_tells_its_use_and_takes_help(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    described = ast.get_docstring(ast.parse(path.read_text())) or ""
    assert f".venv/bin/python {name(path)}" in described
    monkeypatch.setattr(sys, "argv", [str(path), "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(path), run_name="__main__")
    assert not ended.value.code and "usage:" in capsys.readouterr().out


@pytest.mark.parametrize("path", SHELL, ids=name)
def test_a_shell_script_can_be_run(path: Path) -> None:
    assert path.read_text().startswith("#!/usr/bin/env bash\n")
    assert os.access(path, os.X_OK)
    subprocess.run(["bash", "-n", path], check=True)


def test_scripts_are_python_or_shell_and_libraries_are_apart() -> None:
    others = {path for path in SCRIPTS.iterdir() if path.is_file()}
    assert others - {*PYTHON, *SHELL} == set()
    for path in LIBRARY.rglob("*.*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert not os.access(path, os.X_OK), f"{name(path)} is no program"


def test_a_script_is_found_from_any_folder(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, SCRIPTS / "make_samples.py", "--help"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        text=True,
    )
    assert "usage: make_samples.py" in done.stdout


def test_paths_are_touched_in_one_place() -> None:
    tricks = [
        name(path)
        for path in [*PYTHON, *LIBRARY.rglob("*.py")]
        if "sys.path" in path.read_text() and path.name != "from_tests.py"
    ]
    assert tricks == []


def test_every_script_that_is_named_is_there() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    missing = [
        f"{line}: {found}"
        for line in listed.stdout.splitlines()
        if (path := ROOT / line).suffix in TEXTS and path.is_file()
        for found in re.findall(
            r"\b(?:tests/)?scripts/[\w./-]*\w", path.read_text("utf-8")
        )
        if not (ROOT / found).exists() and "NAME" not in found
    ]
    assert missing == []
