"""The cepstral mean that is kept up, against the one of the whole at once."""

from __future__ import annotations

import numpy as np
import pytest

from voiceagent.engines.stt.pocketsphinx.cepstral_mean import Channel, frames
from voiceagent.engines.stt.pocketsphinx.decoder import add_phone_loop, make_decoder

pytest.importorskip("pocketsphinx", reason="the extra `edge` is not installed")


def test_what_is_learned_on_the_way_is_the_mean_of_all() -> None:
    chance = np.random.default_rng(3)
    loud = np.repeat(chance.uniform(100, 4000, 30), 1600)
    speech = (chance.standard_normal(48_000) * loud).astype(np.int16)
    decoder = make_decoder({}, remove_noise=False)
    add_phone_loop(decoder, "loop", 1e-5)
    channel = Channel(speech[:16_000], decoder)
    for upto in range(4_800, 48_001, 4_800):
        decoder.process_raw(speech[upto - 4_800 : upto].tobytes(), False, False)
        channel.learn(upto)
    decoder.end_utt()
    whole = Channel(speech, decoder)
    decoder.end_utt()
    assert channel.mean == pytest.approx(whole.mean, abs=2.0)


def test_frames_of_a_window_and_hops_after_it() -> None:
    assert [frames(samples) for samples in (0, 409, 410, 569, 570)] == [0, 0, 1, 1, 2]
