"""What `voiceagent pack neighbours` does and shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from voiceagent.cli.eval import counter
from voiceagent.cli.shared import console, emit_json

if TYPE_CHECKING:
    from voiceagent.app.config import Config
    from voiceagent.authoring.neighbour_run import Tried

__all__ = ["run_neighbours"]


def run_neighbours(
    settings: Config,
    kinds: Sequence[str],
    *,
    count: int,
    seed: int,
    held_out: bool,
    json: bool,
) -> None:
    """Make them, type them, tell what the pack did; those held out are only counted."""
    from voiceagent.app.workshop import Workshop
    from voiceagent.authoring.neighbour_kinds import HELD_OUT, KINDS
    from voiceagent.authoring.neighbour_run import neighbours_of
    from voiceagent.authoring.neighbours import chosen

    wanted = chosen(HELD_OUT if held_out else KINDS, kinds)
    progress = counter("neighbours", piped=True)
    found = neighbours_of(
        Workshop(settings), wanted, count=count, seed=seed, progress=progress
    )
    if json and held_out:
        emit_json(_counts(found))
    elif json:
        for one in found:
            emit_json(_plain(one))
    else:
        _tell(found, shown=not held_out)


def _counts(found: Sequence[Tried]) -> dict[str, dict[str, int]]:
    from voiceagent.authoring.neighbour_run import verdict_table

    return {
        kind: {verdict.value: many for verdict, many in counts.items()}
        for kind, counts in verdict_table(found)
    }


def _plain(one: Tried) -> dict[str, Any]:
    return {
        "kind": one.neighbour.kind,
        "text": one.neighbour.text,
        "before": list(one.neighbour.before),
        "allowed": one.neighbour.allowed.value,
        "verdict": one.verdict.value,
        "said": one.turn.said,
        "done": one.done,
        "why": one.turn.why,
    }


def _tell(found: Sequence[Tried], *, shown: bool) -> None:
    from voiceagent.authoring.neighbour_run import NeighbourVerdict, verdict_table

    screen = console()
    wrong = [one for one in found if one.verdict is NeighbourVerdict.WRONG]
    for one in wrong if shown else ():
        before = f" (after: {one.neighbour.before[0]})" if one.neighbour.before else ""
        lines = f"{one.neighbour.kind}: {one.neighbour.text}{before}"
        done = "; ".join(one.done[:4]) + ("; ..." if len(one.done) > 4 else "")
        why = f"    did {done}\n    {one.turn.why}"
        screen.print(f"{lines}\n{why}", markup=False, soft_wrap=True)
    heads = "".join(f"{verdict.value:>12}" for verdict in NeighbourVerdict)
    screen.print(f"{'':28}{heads}", markup=False)
    total: Counter[NeighbourVerdict] = Counter()
    for kind, counts in [*verdict_table(found), ("all", total)]:
        row = "".join(f"{counts[verdict]:12}" for verdict in NeighbourVerdict)
        screen.print(f"{kind:28}{row}", markup=False)
        if counts is not total:
            total.update(counts)
    share = len(wrong) / max(1, len(found))
    screen.print(f"{len(found)} sentences, {len(wrong)} done wrongly: {share:.2%}")
