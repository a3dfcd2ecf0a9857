"""The house keeps its own rules."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit
ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "voiceagent"
FILES = sorted(PACKAGE.rglob("*.py"))

ROOMS = (
    *("errors", "clock", "chores", "deadline", "message", "store", "child_process"),
    *(
        "config_types",
        "port",
        "lang",
        "trace",
        "privacy",
        "door",
        "audio",
        "frontend",
    ),
    *("tts", "templates", "stt", "nlu", "skills", "routing", "gateway", "agent"),
    *("realtime", "wyoming", "region", "pop", "fleet", "planner", "engines", "app"),
    *("web", "replay", "evaluation", "authoring", "cli", "testing", "__main__"),
)
"""In the order of the data path: a room imports only what stands before it."""
GROUND = ROOMS[: ROOMS.index("lang")]
"""Flat files that everybody may use."""
CLASS_REASONS = {
    "agent.thinking.Thinker": "where all who may answer meet, each in its turn",
    "region.session_shell.Live": "the one place where the parts of a session meet",
    "app.engines.Engines": "one short method a stage, and the facade for all of them",
}
"""Classes over 20 methods or 12 attributes, and why."""
SHARED_NAMES: dict[str, str] = {}
"""Type names that stand in several modules, and why."""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {dotted(path): path for path in FILES}


def named(path: Path) -> Iterator[str]:
    """What a file imports, however it says so: below the package, dotted."""
    here = (
        dotted(path) if path.name == "__init__.py" else dotted(path).rpartition(".")[0]
    )
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = here.split(".")[: len(here.split(".")) - node.level + 1]
                base = ".".join(["voiceagent", *filter(None, parts), base]).strip(".")
            yield from (f"{base}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.Call) and "import_module" in ast.dump(node.func):
            yield from (
                part.value
                for part in ast.walk(node)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )


def imports(path: Path) -> Iterator[str]:
    """The modules of the package that a file imports."""
    for name in named(path):
        inside = name.removeprefix("voiceagent.").rstrip(".")
        while name.startswith("voiceagent.") and inside:
            if inside in MODULES:
                yield inside
                break
            inside = inside.rpartition(".")[0]


def room(module: str) -> str:
    return module.split(".")[0]


def test_a_room_imports_only_what_stands_before_it() -> None:
    wrong = [
        f"{dotted(path)} imports {name}"
        for path in FILES
        if path.parent != PACKAGE or path.name != "__init__.py"
        for name in imports(path)
        if ROOMS.index(room(name)) > ROOMS.index(room(dotted(path)))
    ]
    assert wrong == []


def test_every_room_stands_in_the_order() -> None:
    assert {room(name) for name in MODULES if name} <= set(ROOMS)


def test_only_the_ground_and_the_last_rooms_are_single_files() -> None:
    flat = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    assert flat <= {*GROUND, "testing", "__main__"}


def test_no_files_import_each_other_in_a_circle() -> None:
    edges = {name: set(imports(path)) - {name} for name, path in MODULES.items()}
    while free := {name for name, wants in edges.items() if not wants & edges.keys()}:
        edges = {name: wants for name, wants in edges.items() if name not in free}
    # What stays either stands in a circle or leads to one.
    while outer := set(edges) - set().union(*edges.values()):
        edges = {name: wants for name, wants in edges.items() if name not in outer}
    assert sorted(edges) == []


def test_files_are_short() -> None:
    lengths = {
        dotted(path): len(path.read_text("utf-8").splitlines()) for path in FILES
    }
    assert {name: lines for name, lines in lengths.items() if lines > 300} == {}


def test_files_say_what_they_are_for_and_what_they_export() -> None:
    silent = [dotted(path) for path in FILES if not ast.get_docstring(tree(path))]
    assert silent == []
    unlisted = [
        dotted(path)
        for path in FILES
        if path.name not in ("__init__.py", "handler.py")
        and "__all__" not in path.read_text("utf-8")
    ]
    assert unlisted == []


def types(path: Path) -> Iterator[str]:
    """Names of classes and of aliases for types, at the head of a file."""
    for node in tree(path).body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if re.fullmatch(r"_?[A-Z][a-z]\w*", name):
                yield name


def test_a_type_name_has_one_meaning() -> None:
    where: dict[str, list[str]] = {}
    for path in FILES:
        for name in types(path):
            where.setdefault(name, []).append(dotted(path))
    shared = {name: files for name, files in where.items() if len(files) > 1}
    for name, reason in SHARED_NAMES.items():
        print(f"{name}: {reason}")  # noqa: T201
    assert {
        name: files for name, files in shared.items() if name not in SHARED_NAMES
    } == {}
    assert set(SHARED_NAMES) <= set(shared) and len(SHARED_NAMES) <= 5


def size(node: ast.ClassDef) -> tuple[int, int]:
    """How many methods and attributes a class has."""
    methods = [
        n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    attributes = {
        part.attr
        for method in methods
        for part in ast.walk(method)
        if isinstance(part, ast.Attribute)
        and isinstance(part.ctx, ast.Store)
        and isinstance(part.value, ast.Name)
        and part.value.id == "self"
    }
    return len(methods), len(attributes)


def test_classes_are_small_or_say_why_not() -> None:
    large = {
        f"{dotted(path)}.{node.name}": size(node)
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and (size(node)[0] > 20 or size(node)[1] > 12)
    }
    for name, reason in CLASS_REASONS.items():
        print(f"{name}: {reason}")  # noqa: T201
    assert {name: s for name, s in large.items() if name not in CLASS_REASONS} == {}
    assert set(CLASS_REASONS) <= set(large), "a reason that nobody needs any more"


def test_only_the_composition_root_imports_engines() -> None:
    users = {
        room(dotted(path))
        for path in FILES
        if any(room(name) == "engines" for name in imports(path))
    }
    assert users <= {"engines", "app"}


def test_only_the_clock_reads_a_clock() -> None:
    reads = re.compile(
        r"\btime\.(time|monotonic|perf_counter|process_time|clock_gettime)\("
        r"|datetime\.(now|utcnow)\(|astimezone\(\)|\bZoneInfo\("
    )
    found = [
        path.name
        for path in FILES
        if room(dotted(path)) != "clock"
        and reads.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_functions_are_short() -> None:
    lengths = sorted(
        node.end_lineno - node.lineno + 1
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno
    )
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[int(len(lengths) * 0.95)] <= 40


def test_importing_the_command_line_loads_no_engine() -> None:
    heavy = ("numpy", "onnxruntime", "pocketsphinx", "soundfile", "sounddevice")
    code = (
        "import sys, voiceagent.cli.main;"
        "print([name for name in sys.argv[1:] if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
