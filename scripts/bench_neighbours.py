#!/usr/bin/env python3
"""What packs do wrongly with sentences that lie beside what they support.

    .venv/bin/python scripts/bench_neighbours.py [--count 20000] [--seed 0] [PACK ...]

Without packs: the three that are shipped. Every kind is typed to the whole agent; of
the kinds that are held out no sentence is shown, only how many were done wrongly.
`--wrong FILE` writes the others that were, a JSON object a line.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.authoring.neighbour_kinds import HELD_OUT, KINDS
from voiceagent.authoring.neighbour_run import (
    NeighbourVerdict,
    Tried,
    neighbours_of,
    verdict_table,
)

__all__ = ["main"]

PACKS = ("home", "coffee", "museum")


def shown(found: Sequence[Tried]) -> str:
    """The table of kinds, those held out marked."""
    heads = "".join(f"{verdict.value:>12}" for verdict in NeighbourVerdict)
    lines = [f"{'':30}{heads}"]
    for kind, counts in verdict_table(found):
        name = f"{kind} *" if kind in HELD_OUT else kind
        row = "".join(f"{counts[verdict]:12}" for verdict in NeighbourVerdict)
        lines.append(f"{name:30}{row}")
    for what, some in (
        ("open", [one for one in found if one.neighbour.kind in KINDS]),
        ("held out (*)", [one for one in found if one.neighbour.kind in HELD_OUT]),
    ):
        total = Counter(one.verdict for one in some)
        wrong = total[NeighbourVerdict.WRONG] / max(1, len(some))
        told = ", ".join(f"{v.value} {total[v]}" for v in NeighbourVerdict)
        lines.append(f"{what}: {len(some)} sentences: {told} ({wrong:.2%})")
    return "\n".join(lines)


def row(pack: str, one: Tried) -> str:
    """What was done wrongly, as JSON."""
    near = one.neighbour
    told = {"pack": pack, "kind": near.kind, "text": near.text, "did": one.done}
    return json.dumps({**told, "before": list(near.before), "why": one.turn.why})


def main() -> None:
    """Draw, type, count, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("packs", nargs="*", default=PACKS, metavar="PACK")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--wrong", type=Path, default=None, metavar="FILE")
    parser.add_argument("--model", default="", help="a name or a folder")
    asked = parser.parse_args()
    rows: list[str] = []
    total = wrong = 0
    for pack in asked.packs:
        values: dict[str, object] = {"pack.folder": pack}
        if asked.model:
            values["slm.model"] = asked.model
        shop = Workshop(Config()).with_values(values)
        each = asked.count // len(asked.packs)
        found = neighbours_of(shop, {**KINDS, **HELD_OUT}, count=each, seed=asked.seed)
        print(f"\n{pack}\n{shown(found)}", flush=True)
        bad = [one for one in found if one.verdict is NeighbourVerdict.WRONG]
        rows += [row(pack, one) for one in bad if one.neighbour.kind in KINDS]
        total, wrong = total + len(found), wrong + len(bad)
    print(f"\nall: {total} sentences, {wrong} done wrongly ({wrong / total:.3%})")
    if asked.wrong is not None:
        asked.wrong.write_text("".join(f"{line}\n" for line in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
