"""Clauses, loudness, silence, what was heard, and the cache of rendered replies."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.audio.clip import Clip
from voiceagent.audio.level import levelled, loudness, trimmed
from voiceagent.errors import StoreError
from voiceagent.tts.cache import ReplyCache
from voiceagent.tts.text import pause_after, prepared, split_clauses, words_heard

pytestmark = pytest.mark.property

TEXTS = st.text(st.sampled_from("aB 1.,;:!?-'\n\u00e9\u2026")) | st.text()


def noise(seconds: float, level: float = 0.1, rate: int = 16_000) -> Clip:
    sound = np.random.default_rng(7).normal(0, level, round(seconds * rate))
    return Clip((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes(), rate)


def silence(seconds: float, rate: int = 16_000) -> bytes:
    return bytes(2 * round(seconds * rate))


def peak(clip: Clip) -> int:
    return int(np.abs(np.frombuffer(clip.pcm, "<i2").astype(int)).max())


@given(TEXTS)
def test_clauses_joined_are_the_text(text: str) -> None:
    clauses = split_clauses(text)
    assert "".join(clauses) == text and all(clauses)


@given(TEXTS)
def test_every_clause_can_be_spoken(text: str) -> None:
    clauses = split_clauses(text)
    spoken = [any(letter.isalnum() for letter in clause) for clause in clauses]
    assert all(spoken) or len(clauses) == 1


@given(st.lists(st.text("abc", min_size=1, max_size=9), min_size=1, max_size=90))
def test_no_clause_is_long(words: list[str]) -> None:
    assert all(len(clause) <= 175 for clause in split_clauses(" ".join(words)))


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("Kitchen lights are off.", 1),
        ("Done. The door is locked.", 2),
        ("It is 21.5 degrees at 7:30 p.m. in No. 5 of Dr. Smith.", 1),
        ("You need 1,000 grams, e.g. of flour.", 1),
        ("Okay, timer set.", 1),
        ("I have added milk to the list, and bread too.", 2),
        ("Is it? Yes! Fine\u2026 Good.", 4),
        ("See [this page. It helps](https://x.org/a). Bye.", 2),
        ("An odd [bracket. That never closes. Bye.", 1),
        ("", 0),
        ("   ", 1),
    ],
)
def test_where_clauses_end(text: str, clauses: int) -> None:
    assert len(split_clauses(text)) == clauses


def test_a_pause_follows_a_clause_that_is_followed() -> None:
    assert pause_after("One. ") > pause_after("one, ") > pause_after("One.") > 0


@given(
    st.floats(0, 0.6), st.floats(0, 0.6), st.floats(0.05, 0.5), st.floats(0.002, 0.9)
)
def test_trimmed_clip_starts_at_once_and_ends_in_its_pause(
    before: float, after: float, seconds: float, level: float
) -> None:
    sound = noise(seconds, level)
    clip = trimmed(Clip(silence(before) + sound.pcm + silence(after), 16_000), tail=0.1)
    samples = np.abs(np.frombuffer(clip.pcm, "<i2").astype(int))
    first = np.flatnonzero(samples > 0.01 * samples.max())[0]
    assert first <= 0.01 * 16_000
    assert clip.seconds == pytest.approx(min(before, 0.008) + seconds + 0.1, abs=0.012)
    assert not samples[-1000:].any()


@given(st.floats(-45, -8), st.sampled_from([8000, 16_000, 22_050, 32_000, 48_000]))
def test_every_voice_gets_one_loudness(decibels: float, rate: int) -> None:
    clip = levelled(noise(0.5, 10 ** (decibels / 20), rate))
    assert loudness(clip) == pytest.approx(-21, abs=0.7)
    assert peak(clip) <= 0.89 * 32768 + 1


def test_peaks_are_bent_not_clipped() -> None:
    spikes = np.zeros(16_000)
    spikes[::160] = 0.9
    clip = levelled(Clip((spikes * 32767).astype("<i2").tobytes(), 16_000), target=-6)
    assert peak(clip) <= 0.89 * 32768 + 1


def test_pauses_do_not_change_the_loudness() -> None:
    sound = noise(1.0)
    with_pause = Clip(sound.pcm + silence(2.0) + sound.pcm, 16_000)
    assert loudness(with_pause) == pytest.approx(loudness(sound), abs=0.3)


@pytest.mark.parametrize("pcm", [b"", bytes(2), bytes(3200), b"\x01\x00", b"\xff\x7f"])
def test_degenerate_clips_are_prepared(pcm: bytes) -> None:
    clip = prepared(Clip(pcm, 16_000), "x.")
    assert len(clip.pcm) % 2 == 0


@given(st.text(min_size=1), st.floats(0, 3), st.floats(0, 3))
def test_heard_words_are_a_growing_beginning(
    text: str, one: float, other: float
) -> None:
    clip = Clip(silence(2.0), 16_000)
    less, more = sorted((one, other))
    heard = words_heard(text, clip, less)
    assert words_heard(text, clip, more).startswith(heard)
    assert text.strip().startswith(heard)
    assert words_heard(text, clip, 2.0) == text.strip()
    assert words_heard(text, clip, 0.0) == ""


def test_preparing_twice_changes_nothing_to_hear() -> None:
    once = prepared(Clip(silence(0.3) + noise(0.5).pcm + silence(0.3), 16_000), "x.")
    twice = prepared(once, "x.")
    assert twice.seconds == pytest.approx(once.seconds, abs=0.003)
    assert loudness(twice) == pytest.approx(loudness(once), abs=0.7)


def test_half_a_clip_is_half_the_words() -> None:
    text = "one two six ten one two six ten"
    assert words_heard(text, Clip(silence(2), 16_000), 1.0) == "one two six ten"


# --- cache


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 400)), max_size=40))
def test_cache_stays_within_its_limit(puts: list[tuple[int, int]]) -> None:
    cache = ReplyCache(limit=1000)
    for key, length in puts:
        clip = Clip(bytes(2 * length), 16_000)
        cache.put("voice", str(key), clip)
        kept = [cache.get("voice", str(k)) for k in range(10)]
        assert cache.size == sum(len(k.pcm) for k in kept if k) <= 1000
        assert kept[key] == clip


def test_least_recently_used_goes_first() -> None:
    cache = ReplyCache(limit=20)
    cache.put("v", "a", Clip(bytes(10), 8000))
    cache.put("v", "b", Clip(bytes(10), 8000))
    assert cache.get("v", "a")
    cache.put("v", "c", Clip(bytes(10), 8000))
    assert cache.get("v", "a") and not cache.get("v", "b")
    assert cache.evicted == 1 and cache.hits == 2 and cache.misses == 1


def test_voices_and_words_are_apart() -> None:
    cache = ReplyCache()
    cache.put("a", "bc", Clip(bytes(2), 8000))
    assert cache.get("ab", "c") is None and cache.get("a", "b c") is None


def test_folder_outlives_the_process_and_holds_no_words(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    clip = noise(0.2)
    ReplyCache(folder=folder).put("voice", "the alarm code", clip)
    assert ReplyCache(folder=folder).get("voice", "the alarm code") == clip
    assert folder.stat().st_mode & 0o077 == 0
    names = [path.name for path in folder.iterdir()]
    assert len(names) == 1 and "alarm" not in names[0]


@pytest.mark.parametrize("length", [0, 4, 30, 44, 1000])
def test_cut_file_is_a_counted_miss(tmp_path: Path, length: int) -> None:
    ReplyCache(folder=tmp_path).put("v", "t", noise(0.1))
    file = next(tmp_path.iterdir())
    file.write_bytes(file.read_bytes()[:length])
    cache = ReplyCache(folder=tmp_path)
    assert cache.get("v", "t") is None and cache.broken == 1
    cache.put("v", "t", noise(0.1))
    assert ReplyCache(folder=tmp_path).get("v", "t")


def test_folder_stays_within_the_limit(tmp_path: Path) -> None:
    cache = ReplyCache(limit=10_000, folder=tmp_path)
    for number in range(10):
        cache.put("v", str(number), noise(0.1))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 10_000


def test_a_folder_that_cannot_be_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be kept"):
        ReplyCache(folder=tmp_path / "file" / "cache")


def test_many_threads_may_use_it() -> None:
    cache = ReplyCache(limit=5000)

    def work(seed: int) -> None:
        for number in range(200):
            cache.put("v", str((seed * number) % 17), Clip(bytes(500), 8000))
            cache.get("v", str(number % 17))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.size <= 5000 and cache.hits + cache.misses == 800
