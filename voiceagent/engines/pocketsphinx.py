"""Closed-domain recogniser: pocketsphinx searching the automaton of the templates.

Two passes over an utterance. While it is spoken a narrow search gives the text so far;
its channel estimate has to start from an average, which costs accuracy. When it has
ended, the speech is cut out, given a noise floor, and searched again with the channel
known and wide beams, against a loop of all phones: speech that the loop explains better
than any sentence of the grammar does is not for us.

Nothing is carried from one utterance to the next, so results can be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np

from voiceagent.endpoint import WHOLE
from voiceagent.engines.conditioning import Samples, condition, dithered
from voiceagent.errors import EngineFailed, EngineMissing, PackError
from voiceagent.frames import RATE
from voiceagent.grammar import Grammar, Transition
from voiceagent.pronounce import VARIANTS, pronounce
from voiceagent.stt import DOUBTFUL, UNFINISHED, Recognition

__all__ = ["PocketSphinxStt"]

NARROW = {"beam": 1e-30, "wbeam": 1e-20, "pbeam": 1e-30, "lw": 3.0}
"""Half the time of the default beams; good enough for text that is still tentative."""
WIDE = {"beam": 1e-48, "wbeam": 1e-29, "pbeam": 1e-48, "lw": 4.0}
"""Wider beams (1e-60, 1e-80) cost half as much again and got no more of 102 home and 60
coffee commands right once the audio began with the speech."""
OTHER = {"beam": 1e-40, "wbeam": 1e-25, "pbeam": 1e-40, "lw": 3.0}
OTHER_FLOOR_DB = 28.0
"""The second opinion, asked where the live pass heard other words. Measured on 70 home
commands and 70 other utterances: it refuses one right and one wrong command more, and
of the others 13 are accepted instead of 25."""
CHANNEL = "40,3,-1"
"""Cepstral mean that the live pass of every utterance starts from (of the model)."""
PHONES = "AA IY EH AH UW OW AY ER S T K M N L F SH DH D".split()
"""One of each kind of sound: half the time of all 39, and it rejects as well."""
ARPABET = frozenset(
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T "
    "TH UH UW V W Y Z ZH".split()
)
"""The phones of the acoustic model."""
LOOP = "++"
"""Marks words of the phone loop: none of them is a word of the grammar."""
LOOP_PHONE = 1e-5
"""Probability of each phone of the loop: smaller accepts more. Measured: of 104 home
recordings it refuses 2 commands and both that must be refused, of 60 coffee orders
none; of other speech the coffee grammar accepts 1 %, the wide home grammar a third."""
LIVE, OPEN, WHOLE_ONLY = "live", "open", "whole"
"""Names of the searches."""
LEAVE = 1e-3
"""Probability of leaving a sentence unfinished, when speech pauses. Measured on 70 home
commands cut at 45 and 60 % of their length: 111 of 140 are seen to be unfinished and 20
taken for whole ones (40 without this way out); of the uncut ones 2 seem unfinished."""
AGREED, DISPUTED = 0.97, 0.75
"""Confidence where both passes heard the same words, and where they did not."""
MAX_BYTES = 30 * RATE * 2
"""Audio of one utterance that is kept; what comes later is not heard."""
SHORTEST = 0.15
"""Seconds of sound below which there is nothing to recognise."""


class PocketSphinxStt:
    """`Stt` over a `Grammar`; about 0.05 of a core while somebody speaks."""

    name = "pocketsphinx"

    def __init__(
        self,
        grammar: Grammar,
        *,
        pronunciations: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """`pronunciations`: phones of the CMU dictionary by word, all ways it is said.

        Raises `EngineMissing`, `EngineFailed`.
        """
        self._live = _decoder(**NARROW)
        self._final = _decoder(**WIDE)
        self._second = _decoder(**OTHER)
        for decoder in (self._live, self._final, self._second):
            _add_words(decoder, grammar, pronunciations or {})
        _add_grammar(self._live, LIVE, grammar)
        _add_grammar(self._final, OPEN, grammar, loop=True, leave=LEAVE)
        _add_grammar(self._final, WHOLE_ONLY, grammar, loop=True)
        _add_grammar(self._second, WHOLE_ONLY, grammar, loop=True)
        self._grammar = grammar
        self._audio = bytearray()
        self._open = False

    def start(self) -> None:
        """Begin an utterance, dropping one that was not finished."""
        if self._open:
            self._live.end_utt()
        self._audio.clear()
        self._live.reinit_feat()
        self._live.set_cmn(CHANNEL)
        self._live.start_utt()
        self._open = True

    def feed(self, pcm: bytes) -> str:
        """Take the next audio (any length) and give the text so far."""
        if not self._open:
            raise EngineFailed("the recogniser was fed before `start`")
        since = len(self._audio) // 2
        self._audio += pcm[: max(0, MAX_BYTES - len(self._audio))]
        samples = _samples(self._audio[2 * since :])
        if len(samples):
            ready = dithered(samples, offset=since)
            self._live.process_raw(ready.tobytes(), False, False)
        return self._text(self._live.hyp())

    def preview(self) -> Recognition:
        """The final pass over the audio so far; the utterance stays open.

        A sentence may be left unfinished here: not accepted, but with the words. Where
        it may as well be finished ("... twenty seconds" heard as "... twenty"), the
        whole one is given and said to be in doubt.
        """
        found = self._decide(OPEN)
        if found.reason != UNFINISHED:
            return found
        whole = self._decide(WHOLE_ONLY)
        same = whole.text.startswith(found.text.rpartition(" ")[0])
        if whole.accepted and same:
            return replace(whole, reason=DOUBTFUL)
        return found

    def finish(self) -> Recognition:
        """End the utterance and give the final result."""
        if not self._open:
            raise EngineFailed("the recogniser was finished before `start`")
        self._open = False
        self._live.end_utt()
        return self._decide(WHOLE_ONLY)

    def _decide(self, search: str) -> Recognition:
        speech = condition(_samples(self._audio))
        if len(speech) < SHORTEST * RATE:
            return Recognition("", 0.0, False, "no speech")
        guess = self._text(self._live.hyp())
        self._final.activate_search(search)
        text = self._text(_search(self._final, speech))
        if not text:
            return Recognition(guess, 0.0, False, "outside the grammar")
        if self._grammar.progress(text.split()) not in WHOLE:
            return Recognition(text, 0.0, False, UNFINISHED)
        if text == guess:
            return Recognition(text, AGREED, True, "in the grammar, both passes agree")
        if self._second_opinion() != text:
            return Recognition(text, 0.0, False, "every pass hears something else")
        return Recognition(
            text, DISPUTED, True, "in the grammar, second opinion agrees"
        )

    def _second_opinion(self) -> str:
        """What is heard over another noise floor: what was really said stays the same,
        what was only forced into the grammar seldom does."""
        speech = condition(_samples(self._audio), floor_db=OTHER_FLOOR_DB)
        return self._text(_search(self._second, speech))

    def _text(self, hypothesis: Any) -> str:
        """The words of a hypothesis, less the wake word and what noise becomes."""
        if hypothesis is None:
            return ""
        said = str(hypothesis.hypstr).split()
        words = [word for word in said if not word.startswith(LOOP)]
        spoken = list(self._grammar.without_opening(words))
        return " ".join(self._grammar.without_skips(spoken))


def _decoder(**options: float) -> Any:
    try:
        import pocketsphinx
    except ImportError as error:
        raise EngineMissing(
            "pocketsphinx",
            install="pip install 'voiceagent[edge]'",
            cause=str(error),
        ) from error
    # The best-path search over the lattice took up to 8 s on single recordings.
    config = pocketsphinx.Config(lm=None, bestpath=False, loglevel="FATAL", **options)
    return pocketsphinx.Decoder(config)


def _add_words(
    decoder: Any, grammar: Grammar, table: Mapping[str, Sequence[str]]
) -> None:
    """Give the decoder a pronunciation of every word it does not know, and more of
    those that people say in several ways."""
    for word in sorted(grammar.vocabulary):
        ways = [*table.get(word, ()), *VARIANTS.get(word, ())]
        if not table.get(word) and not decoder.lookup_word(word):
            ways = pronounce(word, decoder.lookup_word)
        for phones in dict.fromkeys(ways):
            _check_phones(word, phones)
            decoder.add_word(_free_name(decoder, word), phones, False)


def _check_phones(word: str, phones: str) -> None:
    """An unknown phone would crash the decoder, not fail."""
    unknown = [phone for phone in phones.split() or [phones] if phone not in ARPABET]
    if unknown:
        raise PackError(
            f"pronunciation of `{word}`: `{phones}`",
            cause=f"`{unknown[0]}` is no phone",
            hint=f"phones are {' '.join(sorted(ARPABET))}",
        )


def _free_name(decoder: Any, word: str) -> str:
    """The dictionary's name for one more pronunciation: `word`, `word(2)`, ..."""
    names = (f"{word}({at})" if at > 1 else word for at in count(1))
    return next(name for name in names if decoder.lookup_word(name) is None)


def _add_grammar(
    decoder: Any,
    name: str,
    grammar: Grammar,
    *,
    loop: bool = False,
    leave: float | None = None,
) -> None:
    """`loop`: any speech is a way past the grammar; `leave`: probability of leaving a
    sentence unfinished."""
    start, final, moves = grammar.to_fsg()
    if leave is not None:
        inside = (at for at in range(1, len(grammar.arcs)) if at not in grammar.finals)
        moves += [(at, final, leave, None) for at in inside]
    if loop:
        moves += _phone_loop(decoder, start, final, fresh=_states(moves))
    # The decoder wants three values for a move that says nothing.
    plain = [move if move[3] is not None else move[:3] for move in moves]
    decoder.add_fsg(name, decoder.create_fsg(name, start, final, plain))
    decoder.activate_search(name)


def _phone_loop(
    decoder: Any, start: int, final: int, *, fresh: int
) -> list[Transition]:
    """Any speech at all, as a way past the grammar."""
    for phone in PHONES:
        if not decoder.lookup_word(LOOP + phone):
            decoder.add_word(LOOP + phone, phone, False)
    said: list[Transition] = [
        (fresh, fresh, LOOP_PHONE, LOOP + phone) for phone in PHONES
    ]
    return [(start, fresh, 1.0, None), *said, (fresh, final, 1.0, None)]


def _states(moves: Sequence[Transition]) -> int:
    return 1 + max(max(move[0], move[1]) for move in moves)


def _search(decoder: Any, speech: Samples) -> Any:
    """The best path through a whole utterance, or None."""
    decoder.reinit_feat()  # or the noise estimate of the last utterance lives on
    decoder.start_utt()
    decoder.process_raw(speech.tobytes(), False, True)
    decoder.end_utt()
    return decoder.hyp()


def _samples(audio: bytearray) -> Samples:
    """All whole samples (a copy: the buffer goes on growing)."""
    whole = len(audio) // 2
    return np.frombuffer(bytes(audio[: 2 * whole]), dtype="<i2")
