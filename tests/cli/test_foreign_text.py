"""What others say is text, at every place where it is shown, written or said."""

from __future__ import annotations

import ast
import inspect
import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from errors.test_foreign import ORDERS, raw
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.table import Table
from rich.text import Text
from test_architecture import MODULES, tree

from voiceagent import errors as our_errors
from voiceagent.cli import main, shared
from voiceagent.cli.plain_console import PlainConsole
from voiceagent.cli.plain_log import PlainLines
from voiceagent.cli.terminal import describe
from voiceagent.clock import run
from voiceagent.engines.tts.speakable import speakable
from voiceagent.errors import VoiceAgentError
from voiceagent.errors.uncaught import tell_uncaught
from voiceagent.privacy.receipts import Receipt, Receipts
from voiceagent.realtime.events import decode_server
from voiceagent.skills.house.house_file import load_house
from voiceagent.stt.protocol import Recognition
from voiceagent.templates.yaml_file import read_yaml
from voiceagent.trace import events
from voiceagent.trace.report.write import page
from voiceagent.trace.trace import Record, Trace, encode
from voiceagent.trace.turn_rows import turn_rows
from voiceagent.trace.turn_table import turns_table

pytestmark = [pytest.mark.unit, pytest.mark.property]
MARKUP = [
    "[red]x[/red]",
    "[/boom]",
    "[link=file:///x]y[/link]",
    "[conceal]x",
    ":smile:",
]
HTML = ["<script>alert(1)</script>", "\" onload='x'", "<!--", "]]>", "</style>"]
BIDI = ["\u202eevil\u202c", "\u2066x\u2069", "\u200f", "\u061c", "\ufeff", "\u00ad"]
REST = [
    "\x07",
    "\x08\x08",
    "\r over",
    "\x00",
    "\x7f",
    "\u2028x",
    "\udcff",
    "\U000e0041",
]
LINES = ["a\nerror: b", "a\nhint: run `evil`", "x\n   1.00 s  agent  yes"]
PAYLOADS = [*ORDERS, *MARKUP, *HTML, *BIDI, *REST, *LINES]
payloads = st.lists(st.sampled_from([*PAYLOADS, "words"]), min_size=1, max_size=4).map(
    "".join
)
KINDS = [kind for kind in events.Event.__args__]  # type: ignore[attr-defined]


def filled(kind: type[Any], payload: str) -> Any:
    """An event with the payload wherever it holds text."""
    plain = {
        **{str: payload, bool: True, int: 1, float: 1.0, bytes: b""},
        **{list: [payload], tuple: (payload,)},
    }
    values: dict[str, Any] = {}
    for one in msgspec.structs.fields(kind):
        origin = getattr(one.type, "__origin__", one.type)
        name = str(origin)
        if one.name == "latency_ms":
            values[one.name] = {**dict.fromkeys(STAGES, 0.0), "response": 0.0}
        elif "Mapping" in name or "dict" in name:
            values[one.name] = {payload: payload}
        elif "Sequence" in name:
            values[one.name] = (payload,)
        elif origin in plain:
            values[one.name] = plain[origin]
        elif "str" in str(one.type):
            values[one.name] = payload
    return kind(**values)


STAGES = ("endpoint", "stt", "intent", "route", "remote", "act", "tts")


def shown(thing: Any) -> str:
    """On a terminal, without our own colours."""
    console = PlainConsole()
    console.file, console.no_color, console.width = io.StringIO(), True, 1000
    console.print(thing)
    told = console.file.getvalue()
    assert isinstance(told, str)
    return told


def traced(payload: str) -> Trace:
    trace = Trace()
    run(emit_all(trace, payload), virtual=True)
    assert len(trace.records) > 30
    return trace


async def emit_all(trace: Trace, payload: str) -> None:
    for kind in KINDS:
        try:
            event = filled(kind, payload)
        except (TypeError, ValueError):  # a field that takes no words
            continue
        trace.emit(event)


@given(payloads)
def test_events_hold_text_and_so_does_whatever_shows_them(payload: str) -> None:
    trace = traced(payload)
    assert raw(encode(trace).decode()) == []
    for line in encode(trace).splitlines():
        json.loads(line)
    for record in trace:
        line = describe(Record(*record))
        if line is not None:
            told = shown(line)
            assert raw(told) == []
            further = [part for part in told.strip("\n").splitlines()[1:] if part]
            assert all(part.startswith(" " * 18) for part in further), told
    assert raw(shown(turns_table(turn_rows(trace, file=payload)))) == []


@settings(max_examples=25)
@given(payloads)
def test_reports_hold_text(payload: str) -> None:
    html = page(traced(payload), title=payload, facts={payload: payload})
    assert raw(html) == []
    assert "<script" not in html and '" onload' not in html


@given(payloads)
def test_a_console_shows_every_word_and_obeys_none(payload: str) -> None:
    table = Table(payload, title=payload, caption=payload)
    table.add_row(payload)
    table.add_row(Text(payload))
    for thing in (payload, Text(payload), table):
        told = shown(thing)
        assert raw(told) == []
    assert (
        "".join(shown("a[red]b[/red][/c] :smile:").split())
        == "a[red]b[/red][/c]:smile:"
    )


@given(payloads)
def test_errors_quote_text_and_show_one_hint(payload: str) -> None:
    kinds = [k for _, k in inspect.getmembers(our_errors, inspect.isclass)]
    for kind in kinds:
        if not issubclass(kind, VoiceAgentError):
            continue
        try:
            error = kind(payload, cause=payload, hint="do this")
        except TypeError:
            continue
        lines = str(error).splitlines()
        assert raw(str(error)) == []
        assert [line for line in lines if line.startswith("hint:")] == ["hint: do this"]


@given(payloads)
def test_logs_are_one_line_a_message(payload: str) -> None:
    record = logging.LogRecord("a", logging.INFO, "f", 1, "said %s", (payload,), None)
    line = PlainLines("%(levelname)s %(message)s").format(record)
    assert raw(line) == [] and "\n" not in line


@given(payloads)
def test_whatever_is_printed_plainly_is_text(payload: str) -> None:
    for say in (shared.write, lambda text: shared.emit_json({"a": text}), shared.tell):
        told = printed(lambda say=say: say(payload))  # type: ignore[misc]
        assert raw(told) == []
    assert raw(printed(lambda: tell_uncaught(ValueError(payload)))) == []


def printed(act: Callable[[], object]) -> str:
    """What goes to both streams."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", streams[0])
        patch.setattr("sys.stderr", streams[1])
        act()
    for stream in streams:
        stream.flush()
    return "".join(stream.buffer.getvalue().decode() for stream in streams)  # type: ignore[attr-defined]


@given(payloads)
def test_what_comes_in_is_text_from_then_on(payload: str) -> None:
    frame = {"type": "x", "a": [{payload: payload}], "delta": payload}
    event = decode_server(json.dumps(frame))
    assert raw(json.dumps(event, ensure_ascii=False)) == []
    heard = Recognition(payload, 1.0, True, transcript=payload)
    assert raw(heard.text + heard.transcript) == []
    assert "\n" not in heard.text + heard.transcript
    assert raw(speakable(payload)) == [] and "[" not in speakable(payload)


@given(payloads.filter(lambda text: "\udcff" not in text))
def test_files_of_others_hold_text(payload: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for read, file, text in (
            (read_yaml, "replies.yaml", "NAME: [NAME]"),
            (load_house, "house.toml", HOUSE),
        ):
            text = text.replace("NAME", json.dumps(payload))
            patch.setattr(Path, "read_text", lambda self, text=text, **_: text)
            try:
                told = str(read(Path(file)))  # type: ignore[operator]
            except VoiceAgentError as error:
                told = str(error)
            assert raw(told.encode().decode("unicode_escape")) == []


HOUSE = """
[areas]
kitchen = { name = NAME }
[[entity]]
id = "light.a"
name = NAME
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for kind in ("STATE", "CONFIG", "CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind))
    monkeypatch.chdir(tmp_path)
    yield tmp_path


@pytest.mark.parametrize("payload", [*MARKUP, *ORDERS[:4], *BIDI[:2]], ids=repr)
def test_the_receipts_are_shown_whatever_stands_in_them(
    payload: str, home: Path
) -> None:
    from voiceagent.store import state_folder

    state_folder().mkdir(parents=True, exist_ok=True)
    Receipts(state_folder()).add(
        Receipt(turn=1, to=payload, region=payload, task=payload, why=payload)
    )
    told = printed(lambda: command("privacy", "report", "--verify"))
    assert raw(told) == [] and "1 receipts" in told


def command(*words: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["voiceagent", *words])
        with pytest.raises(SystemExit) as ended:
            main.main()
        assert not ended.value.code


def test_a_folder_of_odd_names_is_told_as_text(home: Path) -> None:
    for name in ("\x1b]0;x\x07.wav", "[red].wav", "\udcff.wav", "a\nerror: b.wav"):
        (home / name).write_bytes(b"no sound")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["voiceagent", "replay", str(home)])
        told = printed(lambda: pytest.raises(SystemExit, main.main))
    assert raw(told) == [] and "[red].wav" in "".join(told.split())
    assert sum(line.startswith("error:") for line in told.splitlines()) <= 5


WAYS_OUT = {
    "Console": {"cli.plain_console"},
    "print": set(),
    "typer.echo": {"cli.options"},
    "typer.secho": set(),
    "typer.prompt": {"cli.models"},
    "typer.confirm": {"cli.state"},
    "sys.stdout.write": {"cli.main", "cli.listen", "cli.shared", "region.llama_child"},
    "sys.stderr.write": {"cli.main", "cli.shared", "errors.uncaught"},
    "sys.stdout.buffer.write": {"cli.shared"},
    "traceback.print_exc": set(),
    "Text.from_markup": set(),
    "logging.basicConfig": {"cli.options"},
}
"""What writes on a terminal, and the modules that were looked at for it."""


def test_nobody_else_writes_on_a_terminal() -> None:
    found: dict[str, set[str]] = {name: set() for name in WAYS_OUT}
    for module, path in MODULES.items():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in WAYS_OUT:
                found[ast.unparse(node.func)].add(module)
    strangers = {name: found[name] - WAYS_OUT[name] for name in WAYS_OUT}
    assert {name: where for name, where in strangers.items() if where} == {}
    consoles = [
        name for name, path in MODULES.items() if "rich.console" in path.read_text()
    ]
    makers = [n for n in consoles if "Console(" in MODULES[n].read_text()]
    assert set(makers) <= {"cli.plain_console", "cli.shared"}
