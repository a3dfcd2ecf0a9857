"""The list of paraphrases: always the same sentences, told by their digests.

The sentences are other people's and stay where they are; what is kept here is the
digest of each, so that nobody can choose them anew after a look at the results, and so
that no model learns from them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from lib.paraphrases.case import Paraphrase, digest
from lib.paraphrases.home_assistant import requests
from lib.paraphrases.hwu64 import most, request
from voiceagent.errors import UsageError

__all__ = ["DIGESTS", "kept_apart", "paraphrases", "written"]

ROOT = Path(__file__).resolve().parents[3]
DIGESTS = ROOT / "tests" / "data" / "language" / "paraphrases.sha256"
FOREIGN = ("AddToPlaylist", "BookRestaurant", "RateBook", "SearchScreeningEvent")
"""Intents of SNIPS that nothing of the home pack comes near."""
OF_SNIPS, OF_HOME_ASSISTANT = 15, 28


def paraphrases(data: Path, *, check: bool = True) -> list[Paraphrase]:
    """The list, made of the folder of public sets; raises `UsageError` where it is not
    the one that was agreed on."""
    try:
        found = [*_hwu64(data / "hwu64"), *_snips(data / "snips2017")]
        found += _most(requests(data / "home_assistant" / "tests" / "en"))
    except OSError as error:
        hint = "give the folder that holds hwu64, snips2017 and home_assistant"
        raise UsageError("no public sets", cause=str(error), hint=hint) from error
    if check and written(found) != DIGESTS.read_text(encoding="utf-8"):
        raise UsageError(
            "the list is another one than before",
            cause=f"its digests are not those of `{DIGESTS.name}`",
            hint="are these the sets that it was made of?",
        )
    return found


def written(found: list[Paraphrase]) -> str:
    """The file of digests: one of the whole, then one of each."""
    each = [digest(one.text) for one in found]
    whole = sha256("".join(each).encode()).hexdigest()
    return "\n".join([f"# {len(each)} sentences, {whole}", *each]) + "\n"


def kept_apart() -> frozenset[str]:
    """The digests of the sentences that no model may learn from."""
    lines = DIGESTS.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _hwu64(folder: Path) -> Iterator[Paraphrase]:
    """The part that is held out first: training has seen some of the other one."""
    kept: Counter[str] = Counter()
    seen: set[str] = set()
    for part in ("valid", "train"):
        for line in (folder / f"{part}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            one = request(row["intent"], row["text"], part)
            if one is None or one.text in seen or kept[one.kind] >= most(one.kind):
                continue
            seen.add(one.text)
            kept[one.kind] += 1
            yield one


def _snips(folder: Path) -> Iterator[Paraphrase]:
    for intent in FOREIGN:
        file = folder / f"train_{intent}.json"
        texts = [
            "".join(piece[0] for piece in pieces).strip()
            for pieces in json.loads(file.read_text("utf-8"))
        ]
        for text in sorted(set(texts), key=_shuffled)[:OF_SNIPS]:
            yield Paraphrase("snips2017", intent, text, ("foreign",))


def _most(found: Iterator[Paraphrase]) -> Iterator[Paraphrase]:
    """Of each kind so many, always the same ones."""
    kept: Counter[str] = Counter()
    for one in sorted(found, key=lambda one: (one.kind, _shuffled(one.text))):
        if kept[one.kind] < OF_HOME_ASSISTANT:
            kept[one.kind] += 1
            yield one


def _shuffled(text: str) -> str:
    return sha256(text.encode()).hexdigest()
