"""Tables of words of a language stand in `lang/`, and nowhere else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit
PACKAGE = Path(__file__).resolve().parents[2] / "voiceagent"
MOST = 12
"""Words that may stand together outside without being a table of a language."""
SAID = re.compile(r"[a-z'\s]+")
"""Strings of words alone; what has capitals, dots or underscores is a sentence or a
name in code."""
IN_PATTERN = re.compile(r"(?<![\\a-z])[a-z]{2,}(?![a-z])")
ELSEWHERE = re.compile(
    r"lang/|cli/|skills/(?:packs/|\w+/handler\.py|(?:hass|hass_targets)\.py)"
)
"""The tables themselves, and answers: what the command line and skills say."""
REASONS = {
    "authoring/neighbour_kinds.py": "names of kinds of neighbours",
    "app/moved_keys.py": "keys of the configuration",
    "app/state_files.py": "names of our own files",
    "audio/kinds.py": "kinds of sound files as ffmpeg names them",
    "clock/limits.py": "stages, each with its limit",
    "gateway/audit_report.py": "fields of events as OCSF names them",
    "gateway/policy_rules.py": "names that a policy may test",
    "planner/patterns.py": "why a pattern is out of the question, for who plans",
    "engines/tts/text_place.py": "programs that take their text as code",
    "region/metrics.py": "names of counters",
    "region/refusals.py": "statuses and errors of chat servers",
    "realtime/refusals.py": "codes of errors as servers name them",
    "skills/house/following.py": "states as Home Assistant names them",
    "skills/house/house.py": "domains and states as Home Assistant names them",
    "skills/house/slot_lists.py": "domains as Home Assistant names them",
    "templates/template_file.py": "keys of template files",
    "trace/report/page.py": "labels of the page's filters",
    "trace/report/words.py": "words of the page, beside the names they stand for",
    "trace/turn_rows.py": "columns of a turn's row",
}
"""Files with other tables of lower-case words, and what these are."""
HOLDERS = {"frozenset", "set", "dict", "tuple", "list"}


def called(node: ast.Call) -> str:
    """The name of what is called, as far as it matters here."""
    if isinstance(node.func, ast.Attribute):
        owner = node.func.value
        return f"{owner.id if isinstance(owner, ast.Name) else ''}.{node.func.attr}"
    return node.func.id if isinstance(node.func, ast.Name) else ""


def parts(node: ast.AST) -> Iterator[ast.AST]:
    """What a table is made of, one level down."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        yield from node.elts
    elif isinstance(node, ast.Dict):
        yield from filter(None, (*node.keys, *node.values))
    elif isinstance(node, ast.Starred):
        yield node.value
    elif isinstance(node, ast.BinOp):
        yield from (node.left, node.right)
    elif isinstance(node, ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp):
        yield from (generator.iter for generator in node.generators)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if called(node).endswith(".split"):
            yield node.func.value
        elif called(node) == "dict.fromkeys":
            yield from node.args
    elif isinstance(node, ast.Call) and called(node) in HOLDERS:
        yield from (*node.args, *(word.value for word in node.keywords))


def strings(node: ast.AST) -> Iterator[str]:
    """The strings that a table is written with."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for part in parts(node):
        yield from strings(part)


def words(node: ast.AST) -> set[str]:
    """The words that an expression holds, as a table or as a pattern."""
    if isinstance(node, ast.Call) and called(node).startswith("re."):
        inner = (part for part in ast.walk(node) if isinstance(part, ast.Constant))
        patterns = [str(part.value) for part in inner if "|" in str(part.value)]
        return {word for text in patterns for word in IN_PATTERN.findall(text)}
    if isinstance(node, ast.Constant):
        return set()
    said = (text for text in strings(node) if SAID.fullmatch(text))
    return {word for text in said for word in text.split() if len(word) > 1}


def tables(code: str) -> list[int]:
    """The lines on which tables of words begin."""
    nodes = list(ast.walk(ast.parse(code)))
    exports = {
        id(part)
        for node in nodes
        if isinstance(node, ast.Assign) and "__all__" in ast.dump(node.targets[0])
        for part in ast.walk(node.value)
    }
    return [
        node.lineno
        for node in nodes
        if isinstance(node, ast.expr) and not isinstance(node, ast.Name | ast.Constant)
        if id(node) not in exports
        if len(words(node)) > MOST
    ]


def test_no_module_outside_holds_a_table_of_words() -> None:
    for file, reason in REASONS.items():
        print(f"{file}: {reason}")  # noqa: T201
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if ELSEWHERE.match(name):
            continue
        if lines := tables(path.read_text(encoding="utf-8")):
            found[name] = lines
    assert {name: at for name, at in found.items() if name not in REASONS} == {}
    assert set(REASONS) <= set(found), "a reason without its table"


THIRTEEN = "one two three four five six seven eight nine ten eleven twelve thirteen"


@pytest.mark.parametrize(
    "code",
    [
        f"X = frozenset('{THIRTEEN}'.split())",
        f"X = '{THIRTEEN.replace(' ', '|')}'.split('|')".replace("|", " "),
        f"X = {THIRTEEN.split()}",
        f"X = {{word: word for word in {tuple(THIRTEEN.split())}}}",
        f"X = dict.fromkeys({tuple(THIRTEEN.split())}, 1)",
        f"X = re.compile('{THIRTEEN.replace(' ', '|')}')",
        f"X = re.compile(rf'{{y}}(?:{THIRTEEN.replace(' ', '|')})')",
        f"def f(x):\n    return x in {tuple(THIRTEEN.split())}",
        f"X = [('{THIRTEEN[:30]}', 1), ('{THIRTEEN[30:]}', 2)]",
        f"X = ['{THIRTEEN[:30]}'.split(), *'{THIRTEEN[30:]}'.split()]",
    ],
)
def test_a_table_is_seen_however_it_is_written(code: str) -> None:
    assert tables(code)


@pytest.mark.parametrize(
    "code",
    [
        f"X = '{THIRTEEN.rpartition(' ')[0]}'.split()",
        f"X = f'{THIRTEEN}'",
        f"raise Error('{THIRTEEN}', hint='{THIRTEEN}')",
        f"__all__ = {THIRTEEN.split()}",
        f"X = {THIRTEEN.upper().split()}",
    ],
)
def test_what_is_no_table_is_left_alone(code: str) -> None:
    assert tables(code) == []
