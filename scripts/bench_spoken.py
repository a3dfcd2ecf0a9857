#!/usr/bin/env python3
"""What spoken sentences come to: those of the typed evaluations, in many voices.

    .venv/bin/python scripts/bench_spoken.py neighbours [--count 400] [--keep FOLDER]
    .venv/bin/python scripts/bench_spoken.py paraphrases [--text DATA/text]
    .venv/bin/python scripts/bench_spoken.py compound
    .venv/bin/python scripts/bench_spoken.py dialogues
    .venv/bin/python scripts/bench_spoken.py other --sounds DATA/dictation

Each sentence is said by one voice, clear or in a small room with noise and babble 12 dB
below it, and goes through the front end, the recognisers and the whole agent in virtual
time; what was said before it is typed. It is judged by meaning, as it is when typed.

Voices and sentences are in two halves by digests of their names and words alone (of
compound commands by their file): what is fitted may look at `--half fit`; what is told
is `--half held-out`, the default, of which no sentence is shown. `--keep`: what was
spoken and heard is kept there, so that a run that was stopped goes on where it was, and
what is judged anew is not heard anew; `--again`: not even by another grammar. The
recognisers are asked once, at the end of speech, as by `voiceagent eval commands`;
`--live`: also while it lasts, as in a real turn, which takes twice as long. `--ear`:
another recogniser, `alone` (no second one) or a model of Whisper. Without `--text`,
paraphrases are our own requests alone. `other`: recordings of people who say something
else, in which nothing may be done.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import bench_language as typed
from lib.speakers import CONDITIONS, Booth, digest, held_out_speakers, usable
from lib.spoken_dialogues import spoken_dialogues
from lib.spoken_ears import EARS, HearingRoom
from lib.spoken_sets import (
    Came,
    SpokenItem,
    commands,
    compound_half,
    neighbours,
    other_speech,
)
from lib.words import same_words

from voiceagent.clock import cpu_seconds
from voiceagent.errors import VoiceAgentError
from voiceagent.stt.protocol import Recognition

__all__ = ["HeardItem", "chosen", "main", "said_by", "told"]

WHAT = ("neighbours", "paraphrases", "compound", "dialogues", "other")
HARMFUL = {"wrong", "WRONG", "half done"}
"""What is worse than a refusal; a false answer is counted beside it."""
RIGHT = "right"


@dataclass(frozen=True, slots=True)
class HeardItem:
    """A sentence, who said it how, and what became of it."""

    item: SpokenItem
    speaker: str
    condition: str
    came: Came
    words: str = ""
    """What was heard."""

    @property
    def heard_right(self) -> bool:
        """Whether they are the words that were said."""
        return same_words(self.words, self.item.text)

    @property
    def engine(self) -> str:
        """Of the voice."""
        return self.speaker.partition("/")[0]

    def line(self) -> str:
        """For whoever reads it."""
        return (
            f"{self.came.verdict:12} {self.item.text}  [{self.speaker}, "
            f"{self.condition}; {self.item.kind}]\n"
            f"{'':12} heard {self.words!r}; {self.came.note}"
        )


def chosen(items: Iterable[SpokenItem], count: int, seed: int) -> list[SpokenItem]:
    """So many of them, of each kind its share, in the order of their digests."""
    ordered = sorted(items, key=lambda one: (one.kind, digest(seed, one.text)))
    if count >= len(ordered):
        return ordered
    return [ordered[(2 * at + 1) * len(ordered) // (2 * count)] for at in range(count)]


def said_by(item: SpokenItem, speakers: Sequence[str], seed: int) -> tuple[str, str]:
    """The voice and the room of a sentence: each engine as often as the others."""
    engines = sorted({name.partition("/")[0] for name in speakers})
    engine = engines[digest("engine", seed, item.text) % len(engines)]
    names = sorted(name for name in speakers if name.startswith(f"{engine}/"))
    name = names[digest("speaker", seed, item.text) % len(names)]
    return name, CONDITIONS[digest("room", seed, item.text) % len(CONDITIONS)]


def heard(
    items: Sequence[SpokenItem],
    speakers: Sequence[str],
    booth: Booth,
    room: HearingRoom,
    seed: int,
) -> Iterator[HeardItem]:
    """Each of them, spoken; in an order that is fair wherever it is stopped."""
    for item in sorted(items, key=lambda one: digest("order", seed, one.text)):
        speaker, condition = said_by(item, speakers, seed)
        speak = partial(booth.utter, speaker=speaker, condition=condition)
        came = item.play(speak)
        yield HeardItem(item, speaker, condition, came, _words(room.last()))


def _words(heard: Recognition | None) -> str:
    """In any words, as far as they are known."""
    if heard is None:
        return ""
    return heard.transcript or heard.free or heard.text


def told(found: Sequence[HeardItem]) -> str:
    """Shares of what they came to, and where."""
    parts: list[Callable[[HeardItem], str]] = [
        lambda one: "not ours" if one.item.foreign else "all",
        lambda one: one.condition,
        lambda one: one.engine,
        lambda one: one.item.kind,
    ]
    verdicts = sorted({one.came.verdict for one in found})
    lines = [f"{'':44}{'n':>6}" + "".join(f"{verdict:>13}" for verdict in verdicts)]
    for number, of in enumerate(parts):
        ours = [one for one in found if number == 0 or not one.item.foreign]
        for name in sorted({of(one) for one in ours}):
            counts = Counter(one.came.verdict for one in ours if of(one) == name)
            total = sum(counts.values())
            shares = (f"{counts[v]} {counts[v] / total:6.1%}" for v in verdicts)
            row = "".join(f"{share:>13}" for share in shares)
            lines.append(f"{name[:43]:44}{total:6}{row}")
    heard_right = sum(one.heard_right for one in found) / max(1, len(found))
    lines.append(f"all words heard right, small ones aside: {heard_right:.1%}")
    return "\n".join(lines)


def spent(room: HearingRoom) -> str:
    """What hearing took, of what was really heard in this run."""
    sound = sum(ear.spent.sound for ear in room.ears)
    cpu = sum(ear.spent.cpu for ear in room.ears)
    ends = sorted(chain.from_iterable(ear.spent.ends for ear in room.ears))
    if not ends:
        return "nothing was heard anew"
    late = ends[min(len(ends) - 1, round(0.95 * len(ends)))]
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{len(ends)} utterances heard: {1000 * cpu / sound:.0f} ms of processor a "
        f"second of sound, {1000 * statistics.median(ends):.0f} / {1000 * late:.0f} ms "
        f"after the last one (p50 / p95), {most:.0f} MB"
    )


def _items(asked: argparse.Namespace, room: HearingRoom) -> Iterable[SpokenItem]:
    match asked.what:
        case "neighbours":
            return neighbours(room, asked.seed)
        case "compound":
            return compound_half(room)
        case "dialogues":
            return spoken_dialogues(room)
        case "other":
            return other_speech(asked.sounds, room)
    others = typed.paraphrased(asked.text) if asked.text else iter(())
    return commands(chain(typed.own(), others), room)


def _row(one: HeardItem) -> str:
    note = {"text": one.item.text, "heard": one.words, "note": one.came.note}
    shown = {} if one.item.held_out else note
    facts = {"kind": one.item.kind, "speaker": one.speaker, "room": one.condition}
    return json.dumps({**facts, **shown, "verdict": one.came.verdict})


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=WHAT)
    parser.add_argument("--text", type=Path, help="folder with others' requests")
    parser.add_argument("--sounds", type=Path, nargs="+", default=[])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument(
        "--cpu-minutes", type=float, default=600.0, help="stops after so many"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--half", choices=("fit", "held-out"), default="held-out")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--live", action="store_true")
    parser.add_argument("--ear", choices=tuple(EARS), default="default")
    parser.add_argument("--rows", type=Path, help="a file for a line of each as JSON")
    return parser.parse_args()


def run(asked: argparse.Namespace) -> list[HeardItem]:
    """Choose, speak, judge."""
    room = HearingRoom(asked.keep, asked.ear, again=asked.again, live=asked.live)
    booth = Booth(asked.keep / "voices" if asked.keep else None)
    speakers, missing = usable()
    for why in missing:
        print(f"without {why}", file=sys.stderr)
    held_out = asked.half == "held-out"
    apart = held_out_speakers()
    speakers = [name for name in speakers if (name in apart) == held_out]
    ours = (item for item in _items(asked, room) if item.held_out == held_out)
    few, found = chosen(ours, asked.count, asked.seed), []
    until = cpu_seconds() + asked.cpu_minutes * 60
    for one in heard(few, speakers, booth, room, asked.seed):
        found.append(one)
        if one.came.verdict in HARMFUL and not one.item.held_out:
            print(one.line(), flush=True)
        print(f"{len(found)} of {len(few)}", end="\r", file=sys.stderr)
        if cpu_seconds() > until:
            print(f"stopped after {len(found)} of {len(few)}", file=sys.stderr)
            break
    for ear in room.ears:
        ear.close()
    print(spent(room), file=sys.stderr)
    return found


def main() -> None:
    """Read the arguments, run, print."""
    asked = arguments()
    try:
        found = run(asked)
    except VoiceAgentError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    print(told(found))
    if asked.rows is not None:
        rows = "".join(f"{_row(one)}\n" for one in found)
        asked.rows.write_text(rows, encoding="utf-8")


if __name__ == "__main__":
    main()
