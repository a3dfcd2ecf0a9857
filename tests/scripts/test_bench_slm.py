"""The comparison of small language models, as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from gguf_file import tiny_bert, tiny_llama

from tests.nlu.slm.test_heads import write
from voiceagent.engines.slm.llama_library import engines

pytestmark = pytest.mark.cli
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "bench_slm.py"
TEXT = [
    {"text": "turn on the kitchen light", "intent": "device.on", "spans": []},
    {"text": "set a timer for five minutes", "intent": "timer.set", "spans": []},
    {"text": "who wrote hamlet", "intent": None, "spans": []},
]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command."""
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models and a text."""
    if not list(engines()):
        pytest.skip("no package with llama.cpp is installed")
    made = tmp_path_factory.mktemp("bench")
    kinds = {"reads": "intent-encoder", "writes": "generative-intents"}
    for name, kind in kinds.items():
        file = write(made / name) / "model.gguf"
        (tiny_bert if name == "reads" else tiny_llama)(file)
        card = f'name = "{name}"\nkind = "{kind}"\nversion = "1"\nlicence = "x"\n'
        hashed = f'file = "model.gguf"\n[sha256]\n"model.gguf" = "{"0" * 64}"\n'
        (file.parent / "model.toml").write_text(card + hashed)
    text = "\n".join(map(json.dumps, TEXT))
    (made / "text.jsonl").write_text(text)
    return made


def test_models_are_compared_on_the_same_text(folder: Path) -> None:
    models = [str(folder / "reads"), str(folder / "writes")]
    done = run("--text", str(folder / "text.jsonl"), "--json", *models)
    assert done.returncode == 0, done.stderr
    reads, writes = json.loads(done.stdout)
    assert (reads["model"], writes["model"]) == ("reads", "writes")
    assert reads["sentences"] == writes["sentences"] == 3
    assert 0 <= writes["ours_right"] <= 1 and reads["p50_ms"] > 0
    assert writes["pieces"] >= 2 * writes["passes"] > 0 and reads["passes"] is None


def test_the_table_is_markdown_and_needs_no_text(folder: Path) -> None:
    done = run(str(folder / "reads"))
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and len(lines) == 3
    assert lines[0].startswith("| model | sentences |")
    assert lines[2].startswith("| reads | 200 |")


def test_a_model_that_is_not_there_is_said(tmp_path: Path) -> None:
    done = run(str(tmp_path / "none.gguf"))
    assert done.returncode == 3 and "hint:" in done.stderr
    assert "Traceback" not in done.stderr
