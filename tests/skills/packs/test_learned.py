"""What training has learnt, as a file."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.packs import DRINKS, folder
from voiceagent.errors import PackError, StoreError
from voiceagent.skills.packs.learned import (
    LEARNED,
    Learned,
    check_writable,
    read_learned,
    write_learned,
)
from voiceagent.skills.packs.pack import load_pack
from voiceagent.stt.pronounce import PHONES

pytestmark = pytest.mark.unit

ONCE = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
WORDS = st.text("éñ'" + string.ascii_lowercase, min_size=1, max_size=8)
SAID = st.lists(st.sampled_from(sorted(PHONES)), min_size=1, max_size=4).map(" ".join)


def table(
    ways: st.SearchStrategy[str],
) -> st.SearchStrategy[dict[str, tuple[str, ...]]]:
    return st.dictionaries(WORDS, st.lists(ways, min_size=1, max_size=3).map(tuple))


@ONCE
@given(said=table(SAID), written=table(WORDS))
def test_what_is_written_is_read_again(
    tmp_path: Path,
    said: dict[str, tuple[str, ...]],
    written: dict[str, tuple[str, ...]],
) -> None:
    learned = Learned(said, written)
    write_learned(tmp_path, learned)
    assert read_learned(tmp_path) == learned


def test_a_pack_that_was_never_trained_knows_nothing(tmp_path: Path) -> None:
    assert not read_learned(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "said = 3",
        "[said]\nfjord = 3",
        "[said]\nfjord = ['']",
        "[said]\nfjord = ['F Q']",
        "[written]\nfjord = [3]",
        "[written",
    ],
)
def test_a_broken_file_is_named_with_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / LEARNED).write_text(text)
    with pytest.raises(PackError, match=LEARNED) as caught:
        read_learned(tmp_path)
    assert "pack train" in caught.value.hint
    pack = folder(tmp_path, intents_yaml=DRINKS)
    with pytest.raises(PackError, match=LEARNED):
        load_pack(pack)
    assert load_pack(pack, learned=False).spellings == {}


def test_what_the_author_wrote_comes_first(tmp_path: Path) -> None:
    pack = folder(
        tmp_path,
        intents_yaml=DRINKS,
        pronunciations_toml='tea = ["T IY"]',
        learned_toml='[said]\ntea = ["T EY"]\nchai = ["CH AY"]\n'
        '[written]\ntea = ["tee"]',
    )
    found = load_pack(pack)
    assert found.pronunciations["tea"] == ["T IY"]
    assert found.pronunciations["chai"] == ("CH AY",)
    assert found.spellings == {"tea": ("tee",)}


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    for attempt in (
        lambda folder: write_learned(folder, Learned()),
        check_writable,
    ):
        with pytest.raises(StoreError, match=LEARNED):
            attempt(tmp_path / "nowhere")
    check_writable(tmp_path)
    assert not list(tmp_path.iterdir()), "looking leaves nothing behind"
