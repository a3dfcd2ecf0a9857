"""Training a pack: real voices, real recognisers, a few rare words."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.packs import folder
from voiceagent.audio.clip import Clip
from voiceagent.authoring.train import (
    Trained,
    TrainingPlan,
    foreign_sentences,
    train_pack,
)
from voiceagent.cli.pack import app
from voiceagent.errors import EngineFailed, EngineMissing, PackError
from voiceagent.nlu.intent import Intent
from voiceagent.skills.packs.learned import LEARNED, Learned, read_learned
from voiceagent.skills.packs.pack import Pack, load_pack, taught
from voiceagent.skills.packs.takes import Classroom, Sample, Samples, recorded, takes_of
from voiceagent.stt.protocol import Recognition

pytestmark = pytest.mark.audio

CALLS = """\
language: en
intents:
  call:
    data:
    - sentences: ["(call|ring) {person} [please]"]
lists:
  person: {values: [yggdrasil, zbigniew, mary]}
"""
RUN = CliRunner()


class Beep:
    """A voice that beeps: the longer the text, the longer."""

    def __init__(self, name: str, *, broken: bool = False) -> None:
        self.name, self._broken = name, broken

    def synthesize(self, text: str) -> Clip:
        if self._broken:
            raise EngineFailed("no sound")
        wave = 3000 * np.sin(np.arange(160 * len(text)) / 5)
        return Clip(wave.astype("<i2").tobytes(), 16_000)


def classroom(**changes: object) -> Classroom:
    room = Classroom(
        speakers=[Beep("one"), Beep("two")],
        strangers=[Beep("three")],
        faithful=frozenset({"two"}),
        said_like=lambda word: [] if word == "mary" else ["IH G D"],
        rare=lambda word: False,
        written=lambda sound, opening: "Egg.",
    )
    return replace(room, **changes)  # type: ignore[arg-type]


def calls(path: Path, **files: str) -> Pack:
    return load_pack(folder(path, intents_yaml=CALLS, **files))


def train(pack: Pack, room: Classroom, *, good: bool) -> tuple[Learned, int, int]:
    found = trained(pack, room, good=good)
    return found.learned, found.before.right, found.after.right


def trained(pack: Pack, room: Classroom, *, good: bool) -> Trained:
    sampled = {}

    def recogniser(which: Pack) -> object:
        def recognise(sound: Samples) -> tuple[Recognition, Intent | None]:
            heard = Recognition("x", 0.9, accepted=True)
            if bool(which.pronunciations) != good:
                return heard, None
            return heard, sampled.get(len(sound))

        return recognise

    for sample in _all_samples(pack):
        length = 160 * len(sample.text) + 2 * 4800
        sampled[length] = Intent(sample.intent, sample.slots, 1.0, sample.text)
    return train_pack(
        pack,
        frozenset("call ring please yggdrasil zbigniew mary".split()),
        room,
        recogniser,  # type: ignore[arg-type]
        known={"call", "ring", "please", "mary"}.__contains__,
        others=[],
        plan=TrainingPlan(takes=2, checks=4),
    )


def _all_samples(pack: Pack) -> list[Sample]:
    from voiceagent.authoring.sampler import Sampler

    return list(Sampler(pack, seed=5).draw(200))


def test_what_helps_is_kept(tmp_path: Path) -> None:
    learned, before, after = train(calls(tmp_path), classroom(), good=True)
    assert set(learned.pronunciations) == {"yggdrasil", "zbigniew"}
    assert after > before == 0


def test_what_does_not_help_is_not(tmp_path: Path) -> None:
    learned, before, after = train(calls(tmp_path), classroom(), good=False)
    assert not learned and after == before > 0


def test_without_a_second_recogniser_only_sounds_are_learnt(tmp_path: Path) -> None:
    room = classroom(written=None)
    learned, _, _ = train(calls(tmp_path), room, good=True)
    assert learned.pronunciations and not learned.spellings


def test_where_nobody_speaks_it_says_so(tmp_path: Path) -> None:
    room = classroom(strangers=[Beep("mute", broken=True)])
    with pytest.raises(EngineFailed, match="no voice says"):
        train(calls(tmp_path), room, good=True)


def test_words_of_the_author_are_said_by_voices_that_follow() -> None:
    samples = [Sample(text, "call", {}, "") for text in ("call mary", "call zed") * 3]
    failed: set[str] = set()
    room = classroom(speakers=[Beep("one"), Beep("bad", broken=True), Beep("two")])
    takes = list(
        takes_of(
            samples,
            room.speakers,
            table={"zed": ["Z"]},
            faithful=room.faithful,
            failed=failed,
        )
    )
    assert failed == {"bad"} and len(takes) == 5
    assert {t.voice for t in takes if "zed" in t.sample.text} == {"two"}
    assert {t.voice for t in takes if "mary" in t.sample.text} == {"one", "two"}


def test_a_take_is_what_a_microphone_hears() -> None:
    sound = recorded(Beep("one"), "hello", np.random.default_rng(1))
    assert sound is not None and sound.dtype == np.int16
    assert len(sound) == 5 * 160 + 2 * 4800
    assert 5 < np.abs(sound[:4000]).mean() < 40 < np.abs(sound).max()


def test_learnt_words_join_those_of_the_author(tmp_path: Path) -> None:
    pack = calls(tmp_path, pronunciations_toml='mary = ["M EH R IY"]')
    found = taught(pack, Learned({"mary": ("X",), "zed": ("Z",)}, {"zed": ("set",)}))
    assert found.pronunciations == {"mary": ["M EH R IY"], "zed": ("Z",)}
    assert found.spellings == {"zed": ("set",)}


def test_foreign_sentences_come_from_all_packs_and_mean_nothing() -> None:
    packs = [load_pack(Path(name)) for name in ("coffee", "museum")]
    found = foreign_sentences(packs, lambda text: "tour" in text, 20)
    assert len({sample.text for sample in found}) == len(found) == 20
    assert not any(sample.intent or "tour" in sample.text for sample in found)


needs_voices = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="`espeak-ng` is not installed"
)


@needs_voices
def test_a_pack_is_trained_from_the_command_line(tmp_path: Path) -> None:
    pack = folder(tmp_path, intents_yaml=CALLS)
    options = ["--takes", "1", "--checks", "2", "--json"]
    done = RUN.invoke(app, ["train", str(pack), *options])
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    assert set(result["studied"]) >= {"yggdrasil"}
    assert result["before"]["sentences"] == result["after"]["sentences"] == 2
    assert result["after"]["right"] >= result["before"]["right"]
    assert (pack / LEARNED).exists() == bool(result["file"])
    assert read_learned(pack).pronunciations.keys() == result["said"].keys()


@needs_voices
def test_a_shipped_pack_is_not_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = trained(calls(tmp_path), classroom(), good=True)
    assert found.learned
    monkeypatch.setattr("voiceagent.authoring.train.train_pack", lambda *_, **__: found)
    monkeypatch.setattr("voiceagent.skills.packs.places.SHIPPED", tmp_path)
    pack = folder(tmp_path / "calls", intents_yaml=CALLS)
    done = RUN.invoke(app, ["train", str(pack)])
    assert done.exit_code == 0, done.output
    assert "rare words studied" in done.stdout and "kept in" not in done.stdout
    assert not (pack / LEARNED).exists()


def test_without_a_voice_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    pack = folder(tmp_path / "pack", intents_yaml=CALLS)
    done = RUN.invoke(app, ["train", str(pack)])
    assert isinstance(done.exception, EngineMissing)
    assert "espeak-ng" in str(done.exception.hint)


def test_what_is_no_phone_is_named_before_anything_is_said(tmp_path: Path) -> None:
    wrong = folder(tmp_path, intents_yaml=CALLS, pronunciations_toml='mary = "M Q"')
    done = RUN.invoke(app, ["train", str(wrong)])
    assert isinstance(done.exception, PackError)
    assert "`Q` is no phone" in str(done.exception.cause)


def test_configured_skills_are_trained_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "voiceagent.toml"
    file.write_text('[pack]\nskills = ["./mine"]\n')
    seen: list[list[str]] = []
    monkeypatch.setattr(
        "voiceagent.cli.pack_train.run_training",
        lambda settings, plan, **_: seen.append(list(settings.pack.skills)),
    )
    for options in ([], ["--skill", "other"]):
        done = RUN.invoke(app, ["train", "coffee", "--config", str(file), *options])
        assert done.exit_code == 0, done.output
    assert seen[0][0].endswith("mine") and seen[1] == ["other"]
