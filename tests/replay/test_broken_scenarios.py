"""Scenarios broken in every way we could think of: none of them is green."""

from __future__ import annotations

import os
import subprocess
import sys
import wave
from pathlib import Path
from xml.etree import ElementTree

import pytest

from voiceagent.errors import ScenarioError
from voiceagent.replay.scenario_file import load_scenario

pytestmark = pytest.mark.fault

ROOT = Path(__file__).resolve().parents[2]
HEAD = "audio = 'a.wav'\n"
TURN = f"{HEAD}[[turn]]\n"
UNREADABLE = {
    "empty": ("", "audio"),
    "not TOML": ("audio: a.wav\n", "cannot read"),
    "half a line": ("audio = \n", "cannot read"),
    "a key twice": (HEAD + HEAD, "cannot read"),
    "another encoding": (HEAD.encode("utf-16"), "cannot read"),
    "bytes": (b"\x00\xff\xfe\x80", "cannot read"),
    "no audio": ("absent = []\n", "audio"),
    "audio of a number": ("audio = 3\n", "$.audio"),
    "audio that is not there": ("audio = 'b.wav'\n", "did you mean `a.wav`"),
    "audio that is a folder": ("audio = 'folder'\n", "no file `folder`"),
    "audio without a name": ("audio = ''\n", "no file"),
    "noise without a level": (f"{HEAD}noise = 'a.wav'\n", "no level in dB"),
    "noise at no level": (f"{HEAD}noise = 'a.wav@nandB'\n", "no level in dB"),
    "noise that is not there": (f"{HEAD}noise = 'a.wv@3dB'\n", "did you mean `a.wav`"),
    "an unknown key": (f"{HEAD}absnet = []\n", "did you mean `absent`"),
    "an unknown key of a turn": (f"{TURN}aat = 1\n", "did you mean `at`"),
    "an unknown key of expect": (f"{TURN}expect.intend = 'x'\n", "mean `intent`"),
    "an expectation at the top": (f"{HEAD}intent = 'x'\n", "expect.KEY"),
    "an expectation in the turn": (f"{TURN}intent = 'x'\n", "expect.KEY"),
    "a head key in the turn": (f"{TURN}region = 'ok'\n", "before the first"),
    "one bracket": (f"{HEAD}[turn]\nat = 1\n", "two brackets"),
    "a turn of a number": (f"{HEAD}turn = [3]\n", "$.turn"),
    "expect of words": (f"{TURN}expect = 'light.on'\n", "$.turn"),
    "an unknown event absent": (f"{HEAD}absent = ['Bargein']\n", "mean `BargeIn`"),
    "an unknown event present": (f"{HEAD}present = ['Wokeup']\n", "no event `Wokeup`"),
    "an unknown event in a turn": (
        f"{TURN}absent = ['Escalatedd']\n",
        "did you mean `Escalated`",
    ),
    "an event without a name": (f"{HEAD}absent = ['']\n", "no event"),
    "an event in words": (f"{HEAD}absent = 'BargeIn'\n", "$.absent"),
    "absent and present": (
        f"{HEAD}absent = ['BargeIn']\npresent = ['BargeIn']\n",
        "both absent and present",
    ),
    "an unknown region": (f"{HEAD}region = 'okay'\n", "$.region"),
    "two regions": (
        f"{HEAD}region = 'ok'\nconfig.'region.url' = 'sim://ok'\n",
        "leave one of them out",
    ),
    "an unknown wake": (f"{HEAD}wake = 'of'\n", "$.wake"),
    "wake as a switch": (f"{HEAD}wake = false\n", "$.wake"),
    "two turns in one command": (
        f"{HEAD}wake = 'off'\n[[turn]]\n[[turn]]\n",
        "one command",
    ),
    "a time in one command": (f"{HEAD}wake = 'off'\n[[turn]]\nat = 1\n", "one command"),
    "a pack that is not there": (f"{HEAD}pack = '../pakc'\n", "no folder"),
    "a house that is not there": (f"{HEAD}house = 'a.tml'\n", "no file `a.tml`"),
    "a house in the configuration": (
        f"{HEAD}config.pack.house = 'x'\n",
        "write `house",
    ),
    "a key that no replay reads": (
        f"{HEAD}config.'store.folder' = 'x'\n",
        "means nothing in a replay",
    ),
    "a pack in the configuration": (
        f"{HEAD}config.'pack.folder' = 'x'\n",
        "write `pack",
    ),
    "a time before the beginning": (f"{TURN}at = -1.0\n", "at"),
    "no time": (f"{TURN}at = nan\n", ".at"),
    "turns in another order": (
        f"{TURN}at = 3.0\n[[turn]]\nat = 1.0\n",
        "later than the one before",
    ),
    "two turns at once": (f"{TURN}at = 3.0\n[[turn]]\nat = 3.0\n", "later"),
    "a time limit without end": (f"{TURN}expect.within_ms = inf\n", "always or never"),
    "no time limit": (f"{TURN}expect.within_ms = 0\n", "within_ms"),
    "an empty reply": (f"{TURN}expect.reply = ' '\n", "any reply has it"),
    "errors of no words": (f"{TURN}expect.max_wer = 0.2\n", "without a `transcript`"),
    "as many errors as words": (
        f"{TURN}expect.transcript = 'x'\nexpect.max_wer = 1.0\n",
        "max_wer",
    ),
    "slots in tables": (f"{TURN}expect.slots.name.of = 'x'\n", "slots"),
    "slots of truth": (f"{TURN}expect.slots.on = true\n", "slots"),
    "a number that is none": (f"{TURN}expect.slots.level = nan\n", "always or never"),
}
UNREPLAYABLE = {
    "a key of nothing": (f"{HEAD}config.'budget.respnse_ms' = 3\n", "mean `response_"),
    "a section of nothing": (f"{HEAD}config.budgte.response_ms = 3\n", "`budget`"),
    "a value of another kind": (f"{HEAD}config.'budget.response_ms' = 'x'\n", "float"),
    "a turn after the end": (f"{TURN}at = 60.0\n", "ends at"),
    "sound that is none": ("audio = 'text.wav'\n", "text.wav"),
    "sound of no length": ("audio = 'empty.wav'\n", "empty.wav"),
    "a house of nothing": (f"{HEAD}house = 'text.wav'\n", "text.wav"),
    "a pack of nothing": (f"{HEAD}pack = 'folder'\n", "folder"),
}
SILENT = {
    "a turn that never was": (TURN, "turn-1"),
    "words that were not said": (f"{TURN}expect.transcript = 'x'\n", "turn-1"),
    "an intent nobody has": (f"{TURN}expect.intent = 'bakery.price'\n", "turn-1"),
    "the second turn": (f"{HEAD}[[turn]]\nat = 0.5\n[[turn]]\nat = 2.5\n", "turn-2"),
    "absent in no turn": (f"{TURN}absent = ['Escalated']\n", "turn-1"),
    "an event that never was": (f"{HEAD}present = ['TurnStarted']\n", "events"),
    "an event that was": (f"{HEAD}absent = ['SessionStarted']\n", "events"),
    "words in one command": (
        f"{HEAD}wake = 'off'\n[[turn]]\nexpect.transcript = 'x'\n",
        "turn-1",
    ),
}


def filled(folder: Path) -> Path:
    """With three seconds of silence, and what is no sound."""
    (folder / "folder").mkdir()
    (folder / "text.wav").write_text("no sound")
    (folder / "empty.wav").touch()
    with wave.open(str(folder / "a.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(bytes(2 * 16_000 * 3))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return filled(tmp_path)


def written(folder: Path, text: str | bytes, name: str = "x") -> Path:
    path = folder / f"{name}.turn.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def run_pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """`pytest` in that folder, as a user would."""
    command = [sys.executable, "-m", "pytest", "-q", "--junitxml=x.xml", *options]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


@pytest.mark.parametrize(("text", "words"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_meant_is_an_error(
    folder: Path, text: str | bytes, words: str
) -> None:
    path = written(folder, text)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert words in str(caught.value) and "x.turn.toml" in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(("text", "words"), UNREPLAYABLE.values(), ids=UNREPLAYABLE)
def test_what_cannot_be_replayed_is_an_error(
    folder: Path, text: str, words: str
) -> None:
    from voiceagent.testing import replay_scenario

    with pytest.raises(ScenarioError) as caught:
        replay_scenario(written(folder, text))
    assert words in str(caught.value) and "x.turn.toml" in str(caught.value)


def test_a_scenario_by_another_name_is_told_what_to_be_called(folder: Path) -> None:
    from voiceagent.testing import replay_scenario

    path = written(folder, HEAD).rename(folder / "x.toml")
    with pytest.raises(ScenarioError, match="not called like") as caught:
        replay_scenario(path)
    assert "x.turn.toml" in caught.value.hint


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Where all that fail in silence were tested, and what was printed."""
    folder = filled(tmp_path_factory.mktemp("silent"))
    for number, (text, _) in enumerate(SILENT.values()):
        written(folder, text, f"s{number}")
    written(folder, f"{TURN}at = 60.0\n", "late")
    return folder, run_pytest(folder).stdout


@pytest.mark.parametrize("number", range(len(SILENT)), ids=SILENT)
def test_what_did_not_happen_fails_under_its_own_name(
    silent: tuple[Path, str], number: int
) -> None:
    folder, printed = silent
    _, name = [*SILENT.values()][number]
    cases = ElementTree.parse(folder / "x.xml").iter("testcase")
    mine = {
        c.get("name"): c for c in cases if c.get("classname") == f"s{number}.turn.toml"
    }
    failed = mine[name].find("failure")
    assert failed is not None and "wanted" in str(failed.get("message"))
    assert f"FAILED s{number}.turn.toml::{name} - " in printed


def test_a_missed_wake_word_has_its_score_and_nothing_of_ours_is_shown(
    silent: tuple[Path, str],
) -> None:
    _, printed = silent
    assert "best score of `hey jarvis`: 0.0" in printed
    assert "FAILED late.turn.toml::turn-1 - scenario " in printed
    assert "Traceback" not in printed and ".py" not in printed


def test_a_broken_one_is_an_error_of_the_run_whatever_is_chosen(folder: Path) -> None:
    written(folder, f"{HEAD}absent = ['X']\n")
    run = run_pytest(folder, "-k", "turn-1")
    assert run.returncode == pytest.ExitCode.INTERRUPTED
    assert "ERROR x.turn.toml - scenario " in run.stdout and ".py" not in run.stdout
