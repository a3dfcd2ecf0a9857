"""Models are built for a pack, or refused and freed."""

from pathlib import Path

import pytest
from model_folders import model_folder

from tests.nlu.slm.test_heads import CARD, Vectors, write
from tests.packs import shipped
from voiceagent.errors import ModelError, VoiceAgentError
from voiceagent.nlu.models.model_folder import read_model
from voiceagent.nlu.slm.build import SlmRuntimes, build_slm

pytestmark = [pytest.mark.unit, pytest.mark.fault]


class Weights:
    """Loads, fits nothing, and remembers being freed."""

    closed = False

    def __init__(self, path: Path, **options: object) -> None:
        self.path = path

    def __getattr__(self, name: str) -> object:
        raise ModelError("it does not fit")

    def close(self) -> None:
        self.closed = True


def test_what_understands_no_sentences_is_refused(tmp_path: Path) -> None:
    card = model_folder(tmp_path) / "model.toml"
    card.write_text(card.read_text().replace("intent-encoder", "acoustic"))
    with pytest.raises(ModelError, match="understands no sentences"):
        build_slm(
            read_model(card.parent), shipped("home"), SlmRuntimes(Weights, Weights)
        )


@pytest.mark.parametrize("kind", ["instruct", "generative-intents"])
def test_weights_that_do_not_fit_are_freed(tmp_path: Path, kind: str) -> None:
    card = model_folder(tmp_path) / "model.toml"
    card.write_text(card.read_text().replace("intent-encoder", kind))
    made: list[Weights] = []

    def load(path: Path, **options: object) -> Weights:
        made.append(Weights(path))
        return made[-1]

    with pytest.raises(VoiceAgentError):
        build_slm(read_model(card.parent), shipped("home"), SlmRuntimes(load, load))
    assert made[0].closed


def test_an_encoder_without_its_heads_is_refused(tmp_path: Path) -> None:
    model = read_model(model_folder(tmp_path))
    with pytest.raises(VoiceAgentError):
        build_slm(model, shipped("home"), SlmRuntimes(Weights, Weights))


def encoder(path: Path, *, limit: int) -> Vectors:
    """An encoder without native code."""
    assert path.name == "model.gguf" and limit == CARD["limit"]
    return Vectors()


def test_an_encoder_and_its_heads_understand_sentences(tmp_path: Path) -> None:
    folder = write(model_folder(tmp_path))
    model = read_model(folder)
    slm = build_slm(model, shipped("home"), SlmRuntimes(encoder, Weights))
    assert (slm.name, slm.version) == (model.name, model.version)
    assert 0 <= slm.understand("turn on the kitchen light").probability <= 1
    slm.close()


def test_heads_of_another_pack_are_refused_by_name(tmp_path: Path) -> None:
    card = {**CARD, "pack": "kiosk", "classes": ["device.on", "kiosk.open", ""]}
    model = read_model(write(model_folder(tmp_path), card))
    with pytest.raises(ModelError, match="made for another pack") as caught:
        build_slm(model, shipped("home"), SlmRuntimes(encoder, Weights))
    assert "`kiosk.open`" in caught.value.cause and "`kiosk`" in caught.value.hint


def test_a_pack_of_that_name_may_have_lost_an_intent(tmp_path: Path) -> None:
    card = {**CARD, "classes": ["device.on", "device.gone", ""]}
    model = read_model(write(model_folder(tmp_path), card))
    build_slm(model, shipped("home"), SlmRuntimes(encoder, Weights)).close()


def test_an_encoder_that_heads_do_not_fit_is_freed(tmp_path: Path) -> None:
    made: list[Vectors] = []

    def other(path: Path, *, limit: int) -> Vectors:
        made.append(Vectors(["other", "pieces"]))
        return made[-1]

    model = read_model(write(model_folder(tmp_path)))
    with pytest.raises(ModelError, match="tokenizer"):
        build_slm(model, shipped("home"), SlmRuntimes(other, Weights))
    assert made[0].closed
