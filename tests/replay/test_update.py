"""`--update` exchanges values and nothing else; `--junit` names what pytest names."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.audio.file import AudioFacts, Recording
from voiceagent.errors import AudioFileError, ScenarioError
from voiceagent.replay.expectations import check
from voiceagent.replay.junit import junit
from voiceagent.replay.replay import Replay, find_inputs, passed_over
from voiceagent.replay.scenario_file import load_scenario
from voiceagent.replay.second_look import only_slow
from voiceagent.replay.update import new_scenario, updated
from voiceagent.trace.events import Failed
from voiceagent.trace.trace import Record
from voiceagent.trace.turn_rows import IntentFacts, TurnRow

pytestmark = pytest.mark.unit

WRITTEN = """# two lamps, one of them is off
audio = "a.wav"

[[turn]]
at = 1.0
expect.transcript = "turn on the lamp"  # as said
expect.intent = "device.on"
  expect.slots = { name = "Lamp" }
expect.within_ms = 800

[[ turn ]]
at = 8.0
expect.reply = "off"
"""


def row(turn: int, started: float) -> TurnRow:
    return TurnRow(
        file="a.wav",
        turn=turn,
        started=started,
        transcript='turn off the "lamp"',
        intent=IntentFacts("device.off", {"name": "Lamp", "level": 3}, 1.0),
        tier="device",
        reply="Lamp is off",
        latency_ms={"response": 300.0},
    )


def replayed(path: Path, *rows: TurnRow) -> Replay:
    found = Recording(np.zeros(16_000 * 10, np.int16), AudioFacts("a.wav"))
    (path.parent / "a.wav").touch()
    checks = check(load_scenario(path), list(rows), [], timed=True)
    return Replay("a.wav", 10.0, list(rows), [], found, checks, scenario=str(path))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "a.wav").touch()
    file = tmp_path / "a.turn.toml"
    file.write_text(WRITTEN)
    return file


def test_values_are_exchanged_and_the_rest_stays(path: Path) -> None:
    lines = list(updated(path, replayed(path, row(1, 1.5), row(2, 8.5))))
    assert len(lines) == 3
    assert not list(updated(path, replayed(path, row(1, 1.5), row(2, 8.5))))
    old, new = WRITTEN.splitlines(), path.read_text().splitlines()
    assert [i for i, line in enumerate(new) if line != old[i]] == [5, 6, 7]
    assert replayed(path, row(1, 1.5), row(2, 8.5)).ok


@pytest.mark.parametrize("rows", [[], [row(1, 1.5)], [row(1, 1.5), row(2, 5.0)]])
def test_what_no_value_says_is_refused_and_nothing_is_written(
    path: Path, rows: list[TurnRow]
) -> None:
    with pytest.raises(ScenarioError, match="not updated"):
        list(updated(path, replayed(path, *rows)))
    assert path.read_text() == WRITTEN


@pytest.mark.parametrize(
    "text",
    [
        'audio = "a.wav"\n[[turn]]\nexpect = { intent = "x" }\n',
        'audio = "a.wav"\n[[turn]]\n[turn.expect]\nintent = "x"\n',
        'audio = "a.wav"\n[[turn]]\nexpect.transcript = """\nx"""\n',
        'audio = "a.wav"\n[[turn]]\nexpect.within_ms = 100\n',
        'audio = "a.wav"\n[[turn]]\npresent = ["BargeIn"]\n',
    ],
)
def test_what_is_written_otherwise_is_left_to_people(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(ScenarioError, match="not updated"):
        list(updated(path, replayed(path, row(1, 1.0))))
    assert path.read_text() == text


def test_a_recording_becomes_a_scenario_once(tmp_path: Path, path: Path) -> None:
    one = replace(replayed(path, row(1, 1.5)), scenario="", checks=[])
    sound = tmp_path / "b.wav"
    sound.touch()
    assert len(list(updated(sound, one))) == 1
    made = tmp_path / "b.turn.toml"
    assert replayed(made, row(1, 1.5)).ok
    assert not replayed(made, replace(row(1, 1.5), tier="region")).ok
    with pytest.raises(ScenarioError, match="there already"):
        list(updated(sound, one))
    commanded = new_scenario("b.wav", replace(one, woken=False))
    assert 'wake = "off"' in commanded and "at =" not in commanded


@given(st.text(), st.text(), st.dictionaries(st.text(min_size=1), st.text()))
def test_whatever_came_can_be_read_again(
    words: str, reply: str, slots: dict[str, str]
) -> None:
    one = row(1, 1.0)
    one.transcript, one.reply = words, reply
    one.intent = IntentFacts(reply, dict(slots), 1.0)
    sound = Recording(np.zeros(16_000, np.int16), AudioFacts(words))
    told = tomllib.loads(new_scenario(words, Replay(words, 1.0, [one], [], sound)))
    assert told["audio"] == words
    expect = told["turn"][0]["expect"]
    assert expect.get("transcript", "") == words and expect["intent"] == reply
    assert expect.get("slots", {}) == slots and expect.get("reply", "") == reply


def test_junit_has_a_case_for_each_turn_and_for_what_cannot_be_read(path: Path) -> None:
    one = replayed(path, row(1, 1.5))
    broken = AudioFileError("`x\x00.wav` cannot be read", cause="it is \ud800 no sound")
    root = ElementTree.fromstring(
        junit([(path, one), (Path("x.wav"), broken), (Path("b.wav"), plain(one))])
    )
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures")) == ("5", "3")
    assert suite.get("errors") == "1"
    cases = {(c.get("classname"), c.get("name")): c for c in suite}
    assert {name for file, name in cases if file == str(path)} == {
        *("events", "turn-1", "turn-2")
    }
    missing = cases[str(path), "turn-2"].find("failure")
    assert missing is not None and "a turn at about 8 s" in str(missing.get("message"))
    error = cases["x.wav", "events"].find("error")
    assert error is not None and "cannot be read" in str(error.text)
    assert len(cases["b.wav", "events"]) == 0


def plain(one: Replay) -> Replay:
    return replace(one, scenario="", checks=[])


def test_only_the_machines_speed_is_forgiven(path: Path) -> None:
    held = replayed(path, *both("device.on"))
    slow = replayed(path, *both("none"))
    assert held.ok and not slow.ok
    assert only_slow(slow, held) and not only_slow(slow, slow)
    broken = replace(slow, records=[Record(1.0, Failed(turn=1, code="bug", what="x"))])
    assert not only_slow(broken, held)
    assert only_slow(broken, replace(held, records=broken.records))


def both(intent: str) -> list[TurnRow]:
    """Two turns as they are expected, but for what the first one means."""
    first = replace(row(1, 1.5), transcript="turn on the lamp")
    first.intent = IntentFacts(intent, {"name": "Lamp"}, 1.0)
    return [first, row(2, 8.5)]


def test_recordings_that_no_scenario_plays_are_named(path: Path) -> None:
    folder = path.parent
    for name in ("b.wav", "noise.wav", "notes.txt"):
        (folder / name).touch()
    other = folder / "c.turn.toml"
    other.write_text('audio = "a.wav"\nnoise = "noise.wav@12dB"\n')
    files = find_inputs([folder])
    assert passed_over([folder], files) == [folder / "b.wav"]
    assert passed_over([folder, folder / "b.wav"], [*files, folder / "b.wav"]) == []
    assert passed_over([path], [path]) == []
    other.write_text("audio = 3\n")
    assert passed_over([folder], files) == [folder / "b.wav", folder / "noise.wav"]
    path.unlink()
    other.unlink()
    assert passed_over([folder], find_inputs([folder])) == []
