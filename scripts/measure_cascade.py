#!/usr/bin/env python3
"""Risk and coverage of templates, then model, then hand over, on unseen text.

    .venv/bin/python scripts/measure_cascade.py --model models/intents-en
    .venv/bin/python scripts/measure_cascade.py --model models/intents-en \\
        --text FILE --json
    .venv/bin/python scripts/measure_cascade.py --stand-in EXAMPLES

The last one takes word counts instead of a model.

Text: JSON lines with `text`, `intent` (null: not for this device) and either `slots`
or `spans`. For each threshold: the share of our requests that the device answers
itself, how many of the answers are wrong, and what it keeps of what is not its own.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voiceagent.errors import UsageError, VoiceAgentError
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.decision import DecisionStep, Opinion, Thresholds
from voiceagent.nlu.guards.guards import Guards
from voiceagent.nlu.intent import Intent, IntentParser
from voiceagent.nlu.slm.cascade import Cascade
from voiceagent.nlu.slm.protocol import NOT_MINE, Guess, Slm
from voiceagent.nlu.slm.slots import SlotFinder
from voiceagent.skills.packs.pack import Pack, load_pack
from voiceagent.stt.protocol import Recognition

__all__ = ["Outcome", "Request", "StandIn", "curve", "main", "outcomes", "read_text"]

ROOT = Path(__file__).resolve().parents[1]
HELD_OUT = ROOT / "tests" / "data" / "language" / "held_out.jsonl"
STEPS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995)


@dataclass(frozen=True)
class Request:
    """A sentence, and what it asks for."""

    text: str
    intent: str | None
    slots: Mapping[str, object] | None = None
    """None: not known, the intent alone is compared."""


@dataclass(frozen=True)
class Outcome:
    """What came of a request when the model is believed without limit."""

    mine: bool
    by: str
    """`template`, `model`, or `nobody`."""
    probability: float
    intent_right: bool
    right: bool
    """The intent with all of its slots."""
    step: DecisionStep = DecisionStep.HAND_OVER


def read_text(file: Path, finder: SlotFinder) -> list[Request]:
    """The requests of a file; slots come from spans where they are not given."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines if line.strip()]
        return [_request(row, finder) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        hint = 'one `{"text": ..., "intent": ..., "slots": {...}}` a line'
        raise UsageError(
            f"`{file}` holds no text", cause=str(error), hint=hint
        ) from error


def _request(row: Mapping[str, Any], finder: SlotFinder) -> Request:
    text, intent, slots = str(row["text"]), row["intent"], row.get("slots")
    if slots is None and intent is not None:
        spans = [(int(s), int(e), str(tag)) for s, e, tag in row.get("spans", ())]
        slots = finder.resolve(intent, text, spans)
    return Request(text, intent, slots)


def outcomes(requests: Sequence[Request], pack: Pack, slm: Slm) -> list[Outcome]:
    """Every request through templates, model and guards."""
    parser, finder = IntentParser(pack), SlotFinder(pack)
    cascade = Cascade(Guards(finder.intents, framed=pack.framed))
    return [_outcome(request, parser, slm, cascade) for request in requests]


def _outcome(
    request: Request, parser: IntentParser, slm: Slm, cascade: Cascade
) -> Outcome:
    said = Recognition(request.text, 1.0, True)
    template = parser.parse(request.text)
    guess = NOT_MINE if template else slm.understand(request.text)
    free = Opinion(slm.name, guess, limits=Thresholds(act=0.0, ask=0.0))
    found = cascade.route(said, template, free)
    intent = template or guess.intent
    mine = request.intent is not None
    if intent is None or found.step is DecisionStep.HAND_OVER:
        return Outcome(mine, "nobody", 0.0, not mine, not mine)
    same = intent.name == request.intent
    slots = request.slots is None or dict(request.slots) == dict(intent.slots)
    by, sure = ("template", 1.0) if template else ("model", guess.probability)
    return Outcome(mine, by, sure, same, same and slots, found.step)


def curve(
    found: Sequence[Outcome], limits: Sequence[float] = STEPS
) -> list[dict[str, float]]:
    """One row for each threshold: what is acted upon, how much of it is wrong."""
    ours = sum(one.mine for one in found)
    foreign = len(found) - ours
    rows = []
    for limit in limits:
        acted = [
            o for o in found if o.step is DecisionStep.ACT and o.probability >= limit
        ]
        kept = [one for one in acted if one.mine]
        wrong = sum(not one.right for one in kept)
        row = {
            "threshold": limit,
            "local_share": len(kept) / max(1, ours),
            "risk": sum(not one.right for one in acted) / max(1, len(acted)),
            "wrong_of_ours": wrong / max(1, len(kept)),
            "oos_kept": (len(acted) - len(kept)) / max(1, foreign),
        }
        rows.append({name: round(value, 4) for name, value in row.items()})
    return rows


class StandIn:
    """An `Slm` of word counts, for trying the measurement without a model."""

    name, version = "word counts", "0"

    def __init__(self, file: Path, pack: Pack) -> None:
        self._finder = SlotFinder(pack)
        self._counts: dict[str | None, Counter[str]] = {}
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            counts = self._counts.setdefault(row["intent"], Counter())
            counts.update(_pieces(row["text"]))
        self._sizes = {name: sum(c.values()) for name, c in self._counts.items()}

    def understand(self, text: str) -> Guess:
        """The intent whose sentences share the most words."""
        words = spoken(text)
        scores = {name: self._score(name, words) for name in self._counts}
        best = max(scores, key=lambda name: scores[name])
        top = scores[best]
        sure = 1 / sum(math.exp((score - top) / 4) for score in scores.values())
        slots = self._finder.resolve(best, words) if best else None
        if best is None or slots is None:
            return NOT_MINE
        return Guess(Intent(best, slots, sure, text), sure)

    def close(self) -> None:
        """Nothing to free."""

    def _score(self, name: str | None, words: str) -> float:
        counts, size = self._counts[name], self._sizes[name]
        seen = (counts[piece] + 0.1 for piece in _pieces(words))
        return sum(math.log(many / (size + 1000)) for many in seen)


def _pieces(text: str) -> list[str]:
    words = text.split()
    return words + [" ".join(pair) for pair in zip(words, words[1:], strict=False)]


def _open(asked: argparse.Namespace, pack: Pack) -> Slm:
    if asked.stand_in is not None:
        return StandIn(asked.stand_in, pack)
    from voiceagent.app.config import load_config
    from voiceagent.app.workshop import Workshop
    from voiceagent.nlu.models.model_folder import read_model

    flags = {"pack.folder": str(asked.pack)} if asked.pack else {}
    shop = Workshop(load_config(flags=flags).config)
    return shop.engines.slm(read_model(asked.model))


def _print(found: Sequence[Outcome]) -> None:
    ours = [one for one in found if one.mine]
    by = Counter(one.by for one in ours)
    asks = sum(one.step is DecisionStep.ASK for one in found)
    print(f"{len(ours)} requests of ours, {len(found) - len(ours)} not ours")
    print(f"by template {by['template']}, by model {by['model']}, asked back {asks}")
    told = [one for one in ours if one.by != "nobody"]
    right = sum(one.intent_right for one in told), sum(one.right for one in told)
    print(f"of {len(told)} with an answer: intent {right[0]}, slots as well {right[1]}")
    print(f"{'threshold':>10}{'local':>8}{'risk':>8}{'of ours':>9}{'foreign':>9}")
    for row in curve(found):
        shares = [row[name] for name in ("local_share", "risk", "wrong_of_ours")]
        line = f"{row['threshold']:10.3f}{shares[0]:8.1%}{shares[1]:8.1%}"
        print(f"{line}{shares[2]:9.1%}{row['oos_kept']:9.1%}")


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--model", type=Path, help="folder of a model")
    source.add_argument("--stand-in", type=Path, help="examples to count words of")
    parser.add_argument("--text", type=Path, default=HELD_OUT)
    parser.add_argument("--pack", type=Path, default=None)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    try:
        pack = load_pack(asked.pack)
        slm = _open(asked, pack)
        requests = read_text(asked.text, SlotFinder(pack))
        found = outcomes(requests, pack, slm)
        slm.close()
    except VoiceAgentError as error:
        print(error, file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    if asked.json:
        print(json.dumps(curve(found), indent=1))
    else:
        _print(found)


if __name__ == "__main__":
    main()
