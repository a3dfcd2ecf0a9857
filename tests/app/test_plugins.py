"""Plugins: two that are installed as wheels, and ones that are broken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import textwrap
from pathlib import Path

import pytest

from voiceagent.app.plugins import SWITCH, plugins

pytestmark = pytest.mark.cli
ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
WHEELS = Path(sys.prefix) / "wheelhouse"
QUIET = ("-q", "--disable-pip-version-check", "--no-index", "--no-compile")


class Place:
    """An environment of its own that sees the packages of this one."""

    def __init__(self, folder: Path) -> None:
        self.python = folder / "bin" / "python"
        self.home = folder / "home"
        self.home.mkdir()
        run = subprocess.run
        run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        (self.site,) = folder.glob("lib/python*/site-packages")
        ours = sysconfig.get_path("purelib")
        line = f"import site; site.addsitedir({ours!r})\n"
        (self.site / "ours.pth").write_text(line)

    def pip(self, *arguments: str | Path) -> None:
        argv = [self.python, "-m", "pip", *arguments]
        subprocess.run(argv, check=True, env=self.env(), capture_output=True)

    def env(self, **more: str) -> dict[str, str]:
        keep = {k: v for k, v in os.environ.items() if not k.startswith("VOICEAGENT_")}
        xdg = {f"XDG_{name}_HOME": str(self.home) for name in ("STATE", "CONFIG")}
        return {**keep, **xdg, "PYTHONPATH": str(ROOT), SWITCH: "on", **more}

    def voiceagent(
        self, *words: str | Path, **env: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.python, "-m", "voiceagent", *words],
            env=self.env(COLUMNS="400", **env),
            cwd=self.home,
            capture_output=True,
            text=True,
        )

    def broken(self, name: str, entry: str, code: str, wants: str = "") -> None:
        """A distribution by hand: metadata and one module."""
        info = self.site / f"{name}-1.0.dist-info"
        info.mkdir()
        requires = f"Requires-Dist: voiceagent{wants}\n" if wants else ""
        head = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{requires}"
        (info / "METADATA").write_text(head)
        (info / "entry_points.txt").write_text(textwrap.dedent(entry))
        module = self.site / f"{name.replace('-', '_')}.py"
        module.write_text(textwrap.dedent(code))


def engine(name: str, module: str) -> str:
    return f"[voiceagent.engines]\n{name} = {module}:SPEC\n"


SPEC = """
from voiceagent.engines.registry import EngineSpec, EngineStage, Licences
SPEC = EngineSpec({name!r}, EngineStage.{stage}, "", "x", Licences("x"), {make!r})
def make(*wanted):
    return object()
def fail(*wanted):
    raise RuntimeError("out of order")
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    if not (WHEELS / "stamp").exists():
        pytest.skip("no wheels to build with: `scripts/test` fetches them")
    made = Place(tmp_path_factory.mktemp("place"))
    find = (*QUIET, "--find-links", WHEELS)
    made.pip("install", *find, "hatchling")
    samples = [SAMPLES / "plugins" / name for name in ("parrot-stt", "dice-skill")]
    made.pip("install", *find, "--no-deps", "--no-build-isolation", *samples)
    made.broken("raises", engine("raiser", "raises"), "raise OSError('no such thing')")
    made.broken("leaves", engine("leaver", "leaves"), "import os; os._exit(3)")
    made.broken("hangs", engine("hanger", "hangs"), "while True: pass")
    made.broken("no-spec", engine("nothing", "no_spec"), "SPEC = 42")
    made.broken(
        "thief",
        engine("pocketsphinx", "thief"),
        SPEC.format(name="pocketsphinx", stage="STT", make="thief:make"),
    )
    for twin in ("castor", "pollux"):
        made.broken(
            twin,
            engine("twin", twin),
            SPEC.format(name="twin", stage="STT", make=f"{twin}:make"),
        )
    made.broken(
        "future",
        engine("future", "future"),
        SPEC.format(name="future", stage="STT", make="future:make"),
        wants=">=9",
    )
    made.broken(
        "hollow",
        engine("hollow", "hollow"),
        SPEC.format(name="hollow", stage="STT", make="hollow:make"),
    )
    made.broken(
        "fails",
        engine("fails", "fails"),
        SPEC.format(name="fails", stage="STT", make="fails:fail"),
    )
    for name, intents, handler in (
        ("greedy", "clock.time", "create = 1"),
        ("closed", "closed.open", "def create(host): raise OSError('locked')"),
        ("sound", "sound.ok", "def create(host): raise SystemError"),
    ):
        _skill(made.site, name, intents, handler)
    _skill(made.site, "boat", "boat.sail", BOAT, kind="pack")
    _skill(made.site, "wreck", "boat.sink", "raise OSError('sunk')", kind="pack")
    return made


BOAT = """
from voiceagent.skills.plain import PlainSkill
from voiceagent.skills.skill import Answer
def create(host):
    return PlainSkill("boat", {"boat.sail": lambda intent, context: Answer("Ahoy")})
"""


def _skill(
    site: Path, name: str, intent: str, handler: str, kind: str = "skill"
) -> None:
    package = site / f"{name}_{kind}"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "handler.py").write_text(handler)
    (package / "intents.yaml").write_text(
        f"language: en\nintents:\n  {intent}:\n    data:\n"
        f'      - sentences: ["ask the {name} one"]\n'
    )
    info = site / f"{name}_{kind}-1.0.dist-info"
    info.mkdir()
    head = f"Metadata-Version: 2.1\nName: {name}-{kind}\nVersion: 1.0\n"
    (info / "METADATA").write_text(head)
    entry = f"[voiceagent.{kind}s]\n{name} = {name}_{kind}\n"
    (info / "entry_points.txt").write_text(entry)


def test_under_pytest_no_plugin_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SWITCH, raising=False)
    assert list(plugins()) == []


def test_a_skill_of_a_plugin_answers(place: Place) -> None:
    asked = place.voiceagent("ask", "roll a die", VOICEAGENT_PACK__SKILLS="dice")
    assert asked.stdout.startswith("It is a "), asked.stderr
    assert not asked.stderr


def test_a_skill_that_is_not_named_does_not_answer(place: Place) -> None:
    asked = place.voiceagent("ask", "roll a die")
    assert "It is a" not in asked.stdout and asked.returncode == 0


def test_an_engine_of_a_plugin_hears(place: Place) -> None:
    heard = place.voiceagent(
        *("replay", "--json", SAMPLES / "03-timer.flac"),
        VOICEAGENT_STT__ENGINE="parrot",
        VOICEAGENT_STT__MODEL="what time is it",
    )
    turns = [json.loads(line) for line in heard.stdout.splitlines()]
    assert turns and turns[0]["intent"]["name"] == "clock.time", heard.stderr
    assert turns[0]["reply"].startswith("It is ")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("raiser", "no such thing"),
        ("nothing", "is no `EngineSpec`"),
        ("twin", "castor and pollux"),
        ("future", "made for voiceagent >=9"),
        ("hollow", "it has no `name`"),
        ("fails", "out of order"),
        ("parot", "did you mean"),
    ],
)
def test_a_broken_engine_that_is_asked_for_ends_in_its_error(
    place: Place, name: str, why: str
) -> None:
    sound = SAMPLES / "03-timer.flac"
    heard = place.voiceagent("replay", sound, VOICEAGENT_STT__ENGINE=name)
    assert heard.returncode in (1, 2) and "03-timer" not in heard.stdout
    assert heard.stderr.startswith("error: ") and "Traceback" not in heard.stderr
    assert why in heard.stderr or name == "parot", heard.stderr


def test_an_engine_with_the_name_of_ours_changes_nothing(place: Place) -> None:
    asked = place.voiceagent("ask", "what time is it")
    assert asked.stdout.startswith("It is "), asked.stderr


@pytest.mark.parametrize(
    ("name", "why"),
    [("greedy", "`clock.time` is defined"), ("closed", "OSError: locked")],
)
def test_a_broken_skill_is_left_out_and_named(
    place: Place, name: str, why: str
) -> None:
    wanted = f"{name},dice"
    asked = place.voiceagent(
        "ask", "--why", "roll a die", VOICEAGENT_PACK__SKILLS=wanted
    )
    assert asked.stdout.startswith("It is a "), asked.stderr
    assert f"skill {name}: it is left out" in asked.stderr
    assert why in asked.stderr


def test_a_pack_of_a_plugin_answers(place: Place) -> None:
    asked = place.voiceagent("ask", "--pack", "boat", "ask the boat one")
    assert asked.stdout == "Ahoy\n", asked.stderr


def test_a_broken_pack_that_is_asked_for_ends_in_its_error(place: Place) -> None:
    asked = place.voiceagent("ask", "--pack", "wreck", "ask the wreck one")
    assert asked.returncode == 2 and "OSError: sunk" in asked.stderr


def test_a_skill_that_nobody_offers_is_refused(place: Place) -> None:
    asked = place.voiceagent("ask", "roll a die", VOICEAGENT_PACK__SKILLS="dize")
    assert asked.returncode == 2 and "did you mean `dice`" in asked.stderr


def test_every_plugin_is_listed_with_what_it_offers(place: Place) -> None:
    code = (
        "import voiceagent.app.plugin_probe as p, sys;"
        "p.probe.__kwdefaults__['limit'] = 6.0;"
        "from voiceagent.cli.main import main; sys.argv = ['voiceagent', 'plugins',"
        " '--json']; main()"
    )
    listed = subprocess.run(
        [place.python, "-c", code], env=place.env(), capture_output=True, text=True
    )
    found = {
        (line["name"], line["distribution"]): line
        for line in map(json.loads, listed.stdout.splitlines())
    }
    offers = {name: line["offers"] for (name, _), line in found.items()}
    wrong = {key: line["error"] for key, line in found.items() if line["error"]}
    assert offers["parrot"] == "stt: hears one sentence (Apache-2.0)"
    assert offers["dice"] == "dice.roll"
    assert offers["boat"] == "skills: 1, intents: 1"
    assert "sunk" in wrong["wreck", "wreck-pack"]
    assert found["parrot", "parrot-stt"]["version"] == "0.1.0"
    assert "no such thing" in wrong["raiser", "raises"]
    assert "ended" in wrong["leaver", "leaves"]
    assert "not loaded within" in wrong["hanger", "hangs"]
    assert "of that name" in wrong["pocketsphinx", "thief"]
    assert "pollux offers" in wrong["twin", "castor"]
    assert "castor offers" in wrong["twin", "pollux"]
    assert ">=9" in wrong["future", "future"]
    assert "is defined in another" in wrong["greedy", "greedy-skill"]
    assert ("parrot", "parrot-stt") not in wrong


def test_plugins_can_be_hidden(place: Place) -> None:
    listed = place.voiceagent("plugins", VOICEAGENT_PLUGINS="off")
    assert not listed.stdout and "hidden" in listed.stderr
    asked = place.voiceagent(
        "ask",
        "roll a die",
        VOICEAGENT_PACK__SKILLS="dice",
        VOICEAGENT_PLUGINS="off",
    )
    assert asked.returncode == 2
