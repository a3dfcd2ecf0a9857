"""What hints name is typed as it works where it is printed."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.errors import EngineMissing, UsageError
from voiceagent.errors.lines import Surroundings, here, surroundings

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]
CHECKOUT = Surroundings(
    python=".venv/bin/python",
    program=".venv/bin/voiceagent",
    install=".venv/bin/python -m pip install",
    checkout=".",
    system="sudo apt-get install",
)
WHEEL = Surroundings(
    python="/opt/agent/bin/python",
    program="voiceagent",
    install="pip install",
    system="apt-get install",
)
ELSEWHERE = Surroundings(
    python="/home/me/agent/.venv/bin/python",
    program="/home/me/agent/.venv/bin/voiceagent",
    install="uv pip install --python /home/me/agent/.venv/bin/python",
    checkout="/home/me/agent",
)
EDGE = "run `pip install 'voiceagent[edge]'`"


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (
            CHECKOUT,
            "run `.venv/bin/python -m pip install --constraint constraints.txt "
            "--editable '.[edge]'`",
        ),
        (WHEEL, EDGE),
        (
            ELSEWHERE,
            "run `uv pip install --python /home/me/agent/.venv/bin/python --constraint "
            "/home/me/agent/constraints.txt --editable '/home/me/agent[edge]'`",
        ),
    ],
)
def test_an_extra_is_installed_where_we_are(place: Surroundings, line: str) -> None:
    assert here(EDGE, place) == line


def test_another_package_goes_into_the_same_environment() -> None:
    assert here("`pip install piper-tts`", CHECKOUT) == (
        "`.venv/bin/python -m pip install piper-tts`"
    )


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (CHECKOUT, "run `sudo apt-get install flite libportaudio2`"),
        (WHEEL, "run `apt-get install flite libportaudio2`"),
        (
            ELSEWHERE,
            "install flite, libportaudio2 (Debian's names) with the package manager "
            "of this system",
        ),
        (
            Surroundings("python", "voiceagent", "pip install", system="brew install"),
            "run `brew install flite portaudio`",
        ),
    ],
)
def test_a_program_is_installed_by_the_system(place: Surroundings, line: str) -> None:
    assert here("run `apt-get install flite libportaudio2`", place) == line


def test_our_own_commands_are_called_by_their_name_here() -> None:
    hint = "`voiceagent models list` shows them, `voiceagent` reads `voiceagent.toml`"
    assert here(hint, CHECKOUT) == (
        "`.venv/bin/voiceagent models list` shows them, "
        "`voiceagent` reads `voiceagent.toml`"
    )
    assert here(hint, WHEEL) == hint


def test_scripts_are_in_a_checkout_only() -> None:
    hint = "train one with `scripts/train_slm.py --data DIR`"
    assert here(hint, CHECKOUT) == (
        "train one with `.venv/bin/python scripts/train_slm.py --data DIR`"
    )
    assert here(hint, WHEEL).endswith("` (in a checkout of the sources)")
    assert "`/home/me/agent/scripts/train_slm.py" not in here(hint, ELSEWHERE)
    assert "python /home/me/agent/scripts/train_slm.py" in here(hint, ELSEWHERE)


@pytest.mark.property
@given(st.text(alphabet="`voiceagent pip[]' \n", max_size=60))
def test_text_without_lines_is_left_alone(text: str) -> None:
    told = here(text, WHEEL)
    assert told.count("`") == text.count("`")
    assert here(told, WHEEL) == told


def test_an_error_says_it_and_keeps_what_it_was_told() -> None:
    error = EngineMissing("soxr", install="pip install 'voiceagent[edge]'")
    assert error.hint == EDGE, "events and goldens are the same on every machine"
    assert here(EDGE) in str(error)


def test_these_surroundings_are_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = surroundings()
    assert found.checkout == "."
    told = subprocess.run(
        f"{found.python} -c 'import sys; print(sys.executable)'",
        shell=True,
        capture_output=True,
        check=True,
        text=True,
    )
    assert Path(told.stdout.strip()).samefile(sys.executable)
    done = subprocess.run(
        f"{found.program} --version", shell=True, capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stdout.startswith("voiceagent ")


def test_beside_an_installed_package_nothing_points_at_sources(
    tmp_path: Path,
) -> None:
    shutil.copytree(ROOT / "voiceagent" / "errors", tmp_path / "voiceagent" / "errors")
    (tmp_path / "voiceagent" / "__init__.py").touch()
    code = "from voiceagent.errors.lines import surroundings; print(surroundings())"
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert "checkout=''" in told.stdout


def test_without_pip_there_is_still_a_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiceagent.errors.lines.find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert "ensurepip" in surroundings().install and not surroundings().system
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    assert surroundings().install.startswith("uv pip install --python ")


@cache
def named() -> tuple[set[tuple[str, str]], list[tuple[str, str]]]:
    """Extras that the package names, and lines with `pip install`, with their files."""
    extras, lines = set(), []
    for path in sorted((ROOT / "voiceagent").rglob("*.py")):
        source, file = path.read_text(), str(path.relative_to(ROOT))
        if "extra" not in source and "pip install" not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            value = getattr(node, "value", None)
            if not isinstance(value, str | ast.Constant):
                continue
            if isinstance(node, ast.keyword) and node.arg == "extra":
                extras.add((file, str(value.value)))  # type: ignore[union-attr]
            elif isinstance(value, str):
                found = re.findall(r"voiceagent\[([\w,-]+)\]", value)
                extras |= {(file, one) for each in found for one in each.split(",")}
                lines += [(file, value)] if "pip install" in value else []
    return extras, lines


def test_every_extra_that_is_named_exists() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    known = {*project["optional-dependencies"], ""}
    extras, _ = named()
    assert len(extras) > 10
    assert {(file, extra) for file, extra in extras if extra not in known} == set()


def test_nothing_is_installed_outside_an_extra() -> None:
    # An extra brings what fits; a bare name brings anything.
    _, lines = named()
    bare = re.compile(r"^(run `)?pip install (?!'voiceagent\[)")
    assert [(file, text) for file, text in lines if bare.match(text)] == []


def test_a_usage_error_shows_its_line_too() -> None:
    error = UsageError("no", hint="`voiceagent models list` shows them")
    assert str(error).endswith(here(error.hint))
