"""What the documentation prints is true: commands, paths, links, configuration."""

from __future__ import annotations

import ast
import fnmatch
import os
import re
import subprocess
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from commands_in_text import ROOT, Printed, blocks, complaint, printed
from test_architecture import ROOMS

from voiceagent.app.config import load_config
from voiceagent.nlu.intent import IntentParser
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.house import LocalHouse
from voiceagent.skills.packs.pack import load_pack
from voiceagent.skills.skill import TurnContext
from voiceagent.store import Store

README = ROOT / "README.md"
PLACES = ("*.md", "docs/*.md", "models/**/README.md", "samples/**/README.md")
PAGES = sorted(page for place in PLACES for page in ROOT.glob(place))
ORDER = [
    "Run it",
    "One real turn",
    "The data path",
    "Make it yours",
    "Budgets and routing",
    "A region",
    "Privacy",
    "More",
]
"""Of the README."""
NOT_RUN = {
    "scripts/demo": "plays recordings for minutes",
    "scripts/test": "runs this very test",
    ".venv/bin/voiceagent listen": "needs a microphone, and listens for ever",
    ".venv/bin/voiceagent listen --list-devices": "needs PortAudio and devices",
    ".venv/bin/voiceagent doctor": "fails where an optional engine is missing",
    ".venv/bin/voiceagent serve": "serves for ever",
    '.venv/bin/voiceagent ask "who painted the tidewatcher" '
    "--region ws://127.0.0.1:8765/v1/realtime --why": "needs the server before it",
}
"""Commands of the README that are only parsed here, each with its reason."""
RUN = [one for one in printed(README) if one.line not in NOT_RUN]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.unit
@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_as_printed_is_there_and_parses(page: Path) -> None:
    wrong = {str(one): complaint(one.line) for one in printed(page)}
    assert {line: why for line, why in wrong.items() if why} == {}


@pytest.mark.cli
@pytest.mark.parametrize("command", RUN, ids=lambda one: one.line)
def test_every_command_of_the_readme_runs(command: Printed, tmp_path: Path) -> None:
    pytest.importorskip("pocketsphinx", reason="the extra `edge` is not installed")
    homes = {f"XDG_{kind}_HOME": str(tmp_path) for kind in ("STATE", "CONFIG", "DATA")}
    (ROOT / "out").mkdir(exist_ok=True)
    done = subprocess.run(
        command.line,
        cwd=ROOT,
        env=os.environ | homes | {"NO_COLOR": "1", "HOME": str(tmp_path)},
        shell=True,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (done.stdout + done.stderr).strip()


def test_what_is_not_run_stands_in_the_readme() -> None:
    lines = {one.line for one in printed(README)}
    assert set(NOT_RUN) <= lines
    assert RUN, "some are really run"


@pytest.mark.unit
def test_every_command_that_a_hint_names_parses() -> None:
    wrong = {}
    for path in sorted((ROOT / "voiceagent").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "`voiceagent " not in source:
            continue
        tree = ast.parse(source)
        told = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or id(node) in told:
                continue
            for line in re.findall(r"`(voiceagent [^`]+)`", str(node.value)):
                if why := complaint(f".venv/bin/{line}"):
                    wrong[f"{path.relative_to(ROOT)}: {line}"] = why
    assert wrong == {}


@pytest.mark.unit
def test_the_readme_is_short_and_in_order() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 160
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ORDER


@pytest.mark.unit
@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.unit
@pytest.mark.parametrize("page", PAGES, ids=name)
def test_paths_that_are_named_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    rooms = r"(?:voiceagent|tests|docs|samples|models)/[\w./-]*\w"
    named = re.findall(rf"[`\s(]({rooms})(?=[`\s),:;]|$)", text)
    assert [one for one in named if not (ROOT / one).exists()] == []


@pytest.mark.unit
@pytest.mark.parametrize("page", PAGES, ids=name)
def test_configuration_that_is_printed_is_accepted(page: Path, tmp_path: Path) -> None:
    for body in blocks(page, "toml"):
        parsed = tomllib.loads(body)
        if not any(isinstance(value, dict) for value in parsed.values()):
            continue
        if {"turn", "sha256", "project"} & parsed.keys():
            continue
        file = tmp_path / "voiceagent.toml"
        file.write_text(body, encoding="utf-8")
        tools = load_config(file).config.region.tools
        known = load_pack(None).intents.intents if tools else {}
        assert [tool for tool in tools if not fnmatch.filter(known, tool)] == []


@pytest.mark.unit
def test_the_table_of_rooms_is_the_order_that_is_held() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text[text.index("| room | charter |") : text.index("`agent` never")]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(ROOMS)


@pytest.mark.unit
def test_the_readme_names_rooms_in_that_order() -> None:
    text = README.read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", text, re.MULTILINE)
    rooms = [room for cell in cells for room in re.findall(r"\w+", cell)]
    assert rooms == sorted(rooms, key=ROOMS.index)


@pytest.mark.unit
def test_the_skill_that_is_printed_answers(tmp_path: Path) -> None:
    page = ROOT / "docs" / "packs.md"
    folder = tmp_path / "plants"
    folder.mkdir()
    (folder / "intents.yaml").write_text(next(iter(blocks(page, "yaml"))))
    (folder / "handler.py").write_text(next(iter(blocks(page, "python"))))
    assert next(iter(blocks(page, "yaml"))) in README.read_text(encoding="utf-8")
    pack = load_pack(None, skill_folders=[folder])
    store = Store()
    opened = pack.open(SkillHost(store, LocalHouse(pack.house, store)))
    intent = IntentParser(pack).parse("give water to the orchid")
    assert intent is not None and intent.name == "plants.water"
    answer = opened.answer(intent, TurnContext(datetime(2026, 1, 5, 9, tzinfo=UTC)))
    assert answer.text == "Watering the orchid."
    assert [effect.key for effect in answer.effects] == ["water"]
    opened.close()
    store.close()
