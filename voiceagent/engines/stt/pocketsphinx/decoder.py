"""PocketSphinx decoders: made, given words and grammars, and asked.

Scores of two decoders can be compared only where each judges every sound of the model
at each frame (`compare=True`); else each measures against the best that it looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count, takewhile
from pathlib import Path
from typing import Any

from voiceagent.engines.registry import EngineStage, install_of
from voiceagent.engines.stt.pocketsphinx.conditioning import Samples
from voiceagent.errors import EngineMissing
from voiceagent.stt.grammar import Grammar, Transition
from voiceagent.stt.pronounce import VARIANTS, check_phones, pronounce

__all__ = [
    "FILLER",
    "Hypothesis",
    "add_grammar",
    "add_phone_loop",
    "add_words",
    "hypothesis",
    "load_pocketsphinx",
    "make_decoder",
    "search",
    "search_other",
    "utterance",
    "ways_of",
]

LOOP_PHONES = "AA IY EH AH UW OW AY ER S T K M N L F SH DH D".split()
"""One of each kind of sound: half the time of all 39, and it rejects as well."""
FILLER = "++"
"""Marks words of the phone loop: none of them is a word of the grammar."""
Hypothesis = tuple[list[str], float | None]
"""The words, and the log score of the whole utterance (None: there is no sentence)."""


def load_pocketsphinx() -> Any:
    """The package; raises `EngineMissing`."""
    try:
        import pocketsphinx
    except ImportError as error:
        raise EngineMissing(
            "pocketsphinx",
            install=install_of(EngineStage.STT, "pocketsphinx"),
            cause=str(error),
        ) from error
    return pocketsphinx


def make_decoder(
    options: Mapping[str, float],
    *,
    means: Path | None = None,
    variances: Path | None = None,
    dictionary: Path | None = None,
    compare: bool = False,
    remove_noise: bool = True,
) -> Any:
    """A decoder without a search; `options`: beams and weights; `means`, `variances`
    and `dictionary` replace the model's own.

    Raises `EngineMissing`.
    """
    pocketsphinx = load_pocketsphinx()
    files = {
        key: str(path)
        for key, path in (("mean", means), ("var", variances), ("dict", dictionary))
        if path is not None
    }
    # The best-path search over the lattice took up to 8 s on single recordings.
    config = pocketsphinx.Config(
        lm=None,
        bestpath=False,
        loglevel="FATAL",
        compallsen=compare,
        remove_noise=remove_noise,
        fsgusealtpron=False,  # `_other_ways` is five times as fast
        **files,
        **options,
    )
    return pocketsphinx.Decoder(config)


def add_words(
    decoder: Any,
    words: Iterable[str],
    table: Mapping[str, Sequence[str]],
    *,
    whole: Callable[[], Any] | None = None,
) -> None:
    """Give the decoder a pronunciation of every word it does not know, and more of
    those that people say in several ways; `whole`: a decoder with all words of the
    dictionary, where this one has some of them."""

    def lookup(word: str) -> str | None:
        phones: str | None = decoder.lookup_word(word)
        return phones or (whole().lookup_word(word) if whole else None)

    for word in sorted(words):
        if whole and not decoder.lookup_word(word):
            for phones in ways_of(whole(), word):
                decoder.add_word(_free_name(decoder, word), phones, False)
        ways = [*table.get(word, ()), *VARIANTS.get(word, ())]
        if not table.get(word) and not lookup(word):
            ways = pronounce(word, lookup)
        for phones in dict.fromkeys(ways):
            check_phones(word, phones)  # an unknown one would crash the decoder
            decoder.add_word(_free_name(decoder, word), phones, False)


def ways_of(decoder: Any, word: str) -> Iterator[str]:
    """The phones of each way to say `word` that the decoder knows."""
    return takewhile(bool, map(decoder.lookup_word, _names(word)))


def _free_name(decoder: Any, word: str) -> str:
    """The dictionary's name for one more pronunciation."""
    return next(name for name in _names(word) if decoder.lookup_word(name) is None)


def _names(word: str) -> Iterator[str]:
    """The dictionary's names for the ways to say it: `word`, `word(2)`, ..."""
    return (f"{word}({at})" if at > 1 else word for at in count(1))


def add_grammar(
    decoder: Any, name: str, grammar: Grammar, *, leave: float | None = None
) -> None:
    """Search `grammar` under `name`; `leave`: probability of leaving a sentence
    unfinished."""
    start, final, moves = grammar.to_fsg()
    if leave is not None:
        inside = (at for at in range(1, len(grammar.arcs)) if at not in grammar.finals)
        moves += [(at, final, leave, None) for at in inside]
    _add_moves(decoder, name, start, final, moves)


def search_other(
    decoder: Any, grammar: Grammar, texts: Sequence[Sequence[str]], speech: Samples
) -> Hypothesis:
    """The best sentence of `grammar` that is none of `texts` (sentences of it)."""
    name, before = "other", decoder.current_search()
    start, final, moves = grammar.to_fsg()
    whole = {tuple(text) for text in texts}
    paths = sorted({text[:end] for text in whole for end in range(len(text) + 1)})
    places = {path: at for at, path in enumerate(paths, _states(moves))}
    for path, place in places.items():
        state = grammar.state_after(path)
        assert state is not None, "only sentences of the grammar can be left out"
        moves += [
            (
                place,
                places.get((*path, arc.word), arc.target),
                arc.probability,
                arc.word,
            )
            for arc in grammar.arcs[state]
        ]
        if state in grammar.finals and path not in whole:
            moves.append((place, final, 1.0, None))
    # Begun at the grammar's own start, the sentences could be said again.
    _add_moves(decoder, name, places[()], final, moves)
    found = search(decoder, speech)
    decoder.activate_search(before)
    decoder.remove_search(name)
    return found


def _states(moves: Sequence[Transition]) -> int:
    return 1 + max(max(move[0] for move in moves), max(move[1] for move in moves))


def add_phone_loop(decoder: Any, name: str, probability: float) -> None:
    """Search any speech at all under `name`; `probability` of each phone."""
    for phone in LOOP_PHONES:
        decoder.add_word(FILLER + phone, phone, False)
    said: list[Transition] = [
        (1, 1, probability, FILLER + phone) for phone in LOOP_PHONES
    ]
    _add_moves(decoder, name, 0, 2, [(0, 1, 1.0, None), *said, (1, 2, 1.0, None)])


def _add_moves(
    decoder: Any, name: str, start: int, final: int, moves: Sequence[Transition]
) -> None:
    """What `decoder.create_fsg` would do, without a walk through all words a move."""
    every = [*moves, *_other_ways(decoder, moves)]
    logmath, weight = decoder.get_logmath(), decoder.get_config()["lw"]
    fsg = load_pocketsphinx().FsgModel(name, logmath, weight, _states(every))
    fsg.set_start_state(start)
    fsg.set_final_state(final)
    word_of, log_of = cache(fsg.word_add), cache(logmath.log)
    for begin, end, probability, word in every:
        if word is None:
            fsg.null_trans_add(begin, end, log_of(probability))
        else:
            fsg.trans_add(begin, end, log_of(probability), word_of(word))
    decoder.add_fsg(name, fsg)
    decoder.activate_search(name)


def _other_ways(decoder: Any, moves: Sequence[Transition]) -> Iterator[Transition]:
    """A move for each further way to say a word, in the order of the decoder itself,
    which would go through all moves once for each of these ways."""
    said: dict[str, list[tuple[int, int, float]]] = {}
    for begin, end, probability, word in moves:
        if word is not None:
            said.setdefault(word, []).append((begin, end, probability))
    for word, places in said.items():
        names = [*takewhile(decoder.lookup_word, _names(word))]
        for name in reversed(names[1:]):
            yield from ((*place, name) for place in places)


def search(decoder: Any, speech: Samples) -> Hypothesis:
    """The best path through a whole utterance."""
    decoder.reinit_feat()  # or the noise estimate of the last utterance lives on
    with utterance(decoder):
        decoder.process_raw(speech.tobytes(), False, True)
    return hypothesis(decoder)


@contextmanager
def utterance(decoder: Any) -> Iterator[None]:
    """An utterance of a decoder: it is ended whatever happens in it, or the decoder
    would never begin another one."""
    decoder.start_utt()
    try:
        yield
    finally:
        decoder.end_utt()


def hypothesis(decoder: Any) -> Hypothesis:
    """The best path so far; through the whole utterance when that has ended."""
    found = decoder.hyp()
    if found is None or found.score <= 0.0:
        return [], None
    score = float(decoder.get_logmath().log(found.score))
    return str(found.hypstr).split(), score
