"""The installed command as a user runs it: exit codes, streams, bad input."""

import json
import os
import subprocess
import sys
import wave
from pathlib import Path

import pytest

pytestmark = pytest.mark.cli
ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
PACKS = ROOT / "voiceagent" / "skills" / "packs"


def voiceagent(
    *words: str | Path, stdin: bytes = b"", home: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    environ = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200"}
    if home is not None:
        environ |= {"HOME": str(home), "XDG_STATE_HOME": str(home / "state")}
    program = Path(sys.executable).with_name("voiceagent")
    return subprocess.run(
        [program, *map(str, words)], input=stdin, capture_output=True, env=environ
    )


def wav(path: Path, seconds: float = 1.0) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(2 * round(16_000 * seconds)))
    return path


@pytest.mark.parametrize(
    "command",
    ["listen", "demo", "ask", "say", "replay", "eval", "bench", "doctor", "config"]
    + ["models", "house"],
)
def test_every_command_explains_itself(command: str) -> None:
    done = voiceagent(command, "--help")
    assert done.returncode == 0 and b"Usage" in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (("replay", "nowhere.wav"), 2, "nowhere.wav"),
        (("replay", "--pace", "fast", "x.wav"), 2, "virtual, measured, realtime"),
        (("replay", "--snr", "3", "x.wav"), 2, "--noise"),
        (("replay", "--pack", "nowhere", "x.wav"), 2, "nowhere"),
        (("--config", "x"), 2, "No such option"),
        (("replay", "--config", "nowhere.toml", "x.wav"), 2, "nowhere.toml"),
        (("ask", "  "), 2, "nothing to say"),
        (("listen", "--device", "no such microphone"), 3, "hint"),
        (("listen", "--stdin", "--channel", "2"), 2, "is for microphones"),
        (("replay", "--channel", "65", "x.wav"), 2, "65"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_exit_code(
    words: tuple[str, ...], code: int, part: str
) -> None:
    done = voiceagent(*words)
    said = done.stderr.decode()
    assert done.returncode == code, said
    assert part in said and "Traceback" not in said


def test_one_broken_file_does_not_stop_the_others(tmp_path: Path) -> None:
    good = wav(tmp_path / "a.wav")
    (tmp_path / "b.wav").write_bytes(b"RIFF\x04\x00\x00\x00WAVE")
    done = voiceagent("replay", "--wake", "off", "--json", tmp_path)
    assert done.returncode == 2
    assert b"b.wav" in done.stderr and b"Traceback" not in done.stderr
    assert good.name in done.stdout.decode() or done.stdout == b""


def test_replay_prints_one_object_a_turn() -> None:
    sample = SAMPLES / "01-light-in-one-breath.flac"
    done = voiceagent("replay", "--json", sample)
    assert done.returncode == 0, done.stderr.decode()
    (turn,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert turn["transcript"] == "turn on the kitchen light"
    assert turn["tier"] == "device" and turn["budget_met"] is True
    assert turn["wake"]["word"] == "hey_jarvis"
    wanted = {"endpoint", "stt", "intent", "route", "tts", "response"}
    assert wanted <= turn["latency_ms"].keys()
    parts = [v for k, v in turn["latency_ms"].items() if k != "response"]
    assert sum(parts) == pytest.approx(turn["latency_ms"]["response"], abs=0.01)


def test_a_scenario_is_checked_and_a_report_written(tmp_path: Path) -> None:
    report, events = tmp_path / "r" / "x.html", tmp_path / "e.jsonl"
    sample = SAMPLES / "01-light-in-one-breath.turn.toml"
    done = voiceagent("replay", sample, "--report", report, "--events", events)
    assert done.returncode == 0, done.stderr.decode()
    assert "<svg" in report.read_text() and report.stat().st_size < 300_000
    assert all(json.loads(line)["event"] for line in events.read_text().splitlines())


def test_an_expectation_that_fails_gives_exit_code_one(tmp_path: Path) -> None:
    wav(tmp_path / "x.wav")
    scenario = tmp_path / "x.turn.toml"
    scenario.write_text('audio = "x.wav"\npresent = ["WakeDetected"]\n')
    done = voiceagent("replay", scenario)
    assert done.returncode == 1
    assert b"has WakeDetected" in done.stdout


def test_ask_answers_from_words_and_pipes(tmp_path: Path) -> None:
    done = voiceagent("ask", "turn on the kitchen light", home=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    assert b"on" in done.stdout
    piped = voiceagent("ask", "-", stdin=b"set a timer for five minutes", home=tmp_path)
    assert b"five minutes" in piped.stdout
    assert b"it rings where `voiceagent listen` runs" in piped.stderr
    later = voiceagent("ask", "how much time is left", home=tmp_path)
    assert later.stderr == b""
    assert b"timer" in later.stdout.lower() and b"no timer" not in later.stdout.lower()


def test_what_ask_cannot_keep_shows_in_code_and_json(tmp_path: Path) -> None:
    file = tmp_path / "state" / "voiceagent" / "state.sqlite"
    file.mkdir(parents=True)
    (file / "of somebody").touch()
    words = "set a timer for five minutes"
    done = voiceagent("ask", words, home=tmp_path)
    assert done.returncode == 1 and b"I can't keep this" in done.stdout
    assert b"is not kept: timer.set" in done.stderr
    told = voiceagent("ask", "--json", words, home=tmp_path)
    (row,) = map(json.loads, told.stdout.splitlines())
    assert told.returncode == 1 and row["unkept"] == ["timer.set"] == row["effects"]
    passing = voiceagent("ask", "--json", "what time is it", home=tmp_path)
    assert passing.returncode == 0, "nothing was promised"
    assert json.loads(passing.stdout)["unkept"] == []


def test_ask_does_nothing_grave_without_a_yes(tmp_path: Path) -> None:
    done = voiceagent("ask", "unlock the front door", home=tmp_path)
    assert done.returncode == 0 and b"Do you want me to unlock" in done.stdout
    assert b"--yes" in done.stderr
    still = voiceagent("ask", "is the front door locked", home=tmp_path)
    assert still.stdout == b"Yes, the front door is locked\n"
    agreed = voiceagent("ask", "--yes", "unlock the front door", home=tmp_path)
    assert agreed.stdout == b"Front door is unlocked\n" and agreed.stderr == b""


def test_ask_says_why_when_asked(tmp_path: Path) -> None:
    done = voiceagent("ask", "--why", "turn on the kitchen light", home=tmp_path)
    assert done.returncode == 0
    assert b"device: template device.on" in done.stderr
    long = voiceagent("ask", "-", stdin=b"a \x00\x1b " * 25_000, home=tmp_path)
    assert long.returncode == 0 and long.stdout.strip()
    assert b"Traceback" not in long.stderr


def test_a_pack_without_a_model_is_told_by_doctor_and_not_with_each_answer(
    tmp_path: Path,
) -> None:
    pytest.importorskip("xllamacpp")
    pack = ("--pack", PACKS / "coffee")
    quiet = voiceagent("ask", *pack, "how does a camera work", home=tmp_path)
    assert quiet.stdout.strip() and not quiet.stderr, quiet.stderr.decode()
    asked = voiceagent("ask", *pack, "--why", "how does a camera work", home=tmp_path)
    assert b"another" in asked.stderr
    found = voiceagent("doctor", "--json", *pack, home=tmp_path)
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    (model,) = [row for row in rows if row["what"] == "language model"]
    assert not model["ok"] and "another pack" in model["detail"]


def test_listening_to_a_pipe_answers_what_is_in_it(tmp_path: Path) -> None:
    import soundfile

    pcm, _ = soundfile.read(SAMPLES / "01-light-in-one-breath.flac", dtype="int16")
    done = voiceagent("listen", "--stdin", "--json", stdin=pcm.tobytes(), home=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    events = [json.loads(line) for line in done.stdout.splitlines()]
    names = [event["event"] for event in events]
    assert events[0]["state"] == "arming"  # seen long before everything is loaded
    assert names[1] == "SessionStarted" and names[-1] == "SessionEnded"
    assert "WakeDetected" in names


def test_configuration_can_be_seen_and_is_checked(tmp_path: Path) -> None:
    shown = voiceagent("config", "show")
    assert b"words" in shown.stdout and b"# default" in shown.stdout
    bad = tmp_path / "bad.toml"
    bad.write_text("[wake]\nwurds = []\n")
    done = voiceagent("config", "check", "--config", bad)
    assert done.returncode == 2 and b"did you mean `words`" in done.stderr
    assert json.loads(voiceagent("config", "schema").stdout)


def test_a_voice_writes_a_file(tmp_path: Path) -> None:
    out = tmp_path / "x.wav"
    done = voiceagent("say", "Hello there.", "--output", out)
    assert done.returncode == 0, done.stderr.decode()
    with wave.open(str(out)) as file:
        assert file.getnframes() / file.getframerate() > 0.4


def test_doctor_names_everything_it_looked_at() -> None:
    done = voiceagent("doctor", "--json")
    found = {json.loads(line)["what"] for line in done.stdout.splitlines()}
    assert {"python", "pocketsphinx", "espeak-ng", "recogniser", "voice"} <= found
