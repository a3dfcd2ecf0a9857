"""The house keeps its own rules."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit
ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "voiceagent"
FILES = sorted(PACKAGE.rglob("*.py"))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_are_short_typed_and_say_what_they_export(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 340
    assert ast.get_docstring(tree(path)), "a module says what it is for"
    if path.name != "__init__.py" and "skills" not in path.parts:
        assert "__all__" in text


def test_only_the_composition_root_imports_engines() -> None:
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in FILES
        if path.parent.name != "engines"
        and any(name.startswith("voiceagent.engines") for name in imports(path))
    }
    assert users <= {"app.py"}


def test_only_the_clock_reads_a_clock() -> None:
    reads = re.compile(
        r"\btime\.(time|monotonic|perf_counter|process_time)\(|datetime\.(now|utcnow)\("
    )
    found = [
        path.name
        for path in FILES
        if path.name != "clock.py" and reads.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_core_imports_nothing_from_commands_or_tests() -> None:
    outer = {"commands", "cli", "testing"}
    for path in FILES:
        if path.parent.name == "commands" or path.name in ("cli.py", "testing.py"):
            continue
        used = {name.split(".")[1] for name in imports(path) if "voiceagent." in name}
        assert not used & outer, path


def test_functions_are_short() -> None:
    lengths = sorted(
        node.end_lineno - node.lineno + 1
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno
    )
    assert lengths[len(lengths) // 2] <= 10
    assert lengths[int(len(lengths) * 0.95)] <= 40


def test_importing_the_command_line_loads_no_engine() -> None:
    import subprocess
    import sys

    heavy = ("numpy", "onnxruntime", "pocketsphinx", "soundfile", "sounddevice")
    code = (
        f"import sys, voiceagent.cli; print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
