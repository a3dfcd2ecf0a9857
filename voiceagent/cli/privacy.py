"""`voiceagent privacy`: what left this device, what may, and what would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    configure,
    console,
    emit_json,
)
from voiceagent.errors import CheckFailed
from voiceagent.errors.foreign import words_of_others
from voiceagent.errors.lines import here

if TYPE_CHECKING:
    from rich.console import JustifyMethod

    from voiceagent.app.config import Config
    from voiceagent.privacy.chain_check import ChainVerdict
    from voiceagent.privacy.countersign import Countersignature
    from voiceagent.privacy.receipts import Receipt

__all__ = ["app"]

SHOWN = 10
"""Findings that are told besides the first."""

app = typer.Typer(help="What left this device, and what may.", no_args_is_help=True)


@app.command()
def report(
    verify: Annotated[
        bool, typer.Option("--verify", help="Check that no receipt was changed.")
    ] = False,
    last: Annotated[int, typer.Option(min=1, help="Receipts to show.")] = 20,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show the receipts: what left, where to, why, and how much."""
    import msgspec

    from voiceagent.privacy.countersign import kept_countersignature
    from voiceagent.privacy.receipts import Receipts
    from voiceagent.store import state_folder

    chosen = configure(config)
    folder = Path(chosen.store.folder) if chosen.store.folder else state_folder()
    receipts = Receipts(folder, reading=True)
    found = list(receipts.all())
    if json:
        for receipt in found[-last:]:
            emit_json(msgspec.to_builtins(receipt))
    else:
        _show(found, last)
        _show_policy(chosen)
    if verify:
        seen = kept_countersignature(folder)
        _tell(receipts.verify(seen.head() if seen else None), seen, json)


def _show(found: Sequence[Receipt], last: int) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title="what left this device",
        title_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for name in ("when", "turn", "to", "region", "task", "left", "bytes", "why"):
        right, whole = name in ("turn", "bytes"), name not in ("to", "region", "why")
        justify: JustifyMethod = "right" if right else "left"
        table.add_column(name, justify=justify, no_wrap=whole, overflow="fold")
    for one in found[-last:]:
        replaced = ", ".join(f"{n} {kind.lower()}" for kind, n in one.replaced.items())
        why = f"{one.why}; replaced {replaced}" if replaced else one.why
        row = (
            one.at[:16].replace("T", " "),
            str(one.turn),
            one.to,
            one.region or "not proved",
        )
        cells = (*row, one.task, one.left, str(one.bytes), why)
        table.add_row(*(Text(words_of_others(cell)) for cell in cells))
    console().print(table)
    sums = Counter(one.left for one in found)
    told = ", ".join(f"{n} {left}" for left, n in sums.most_common())
    console().print(f"{len(found)} receipts: {told or 'nothing yet'}", markup=False)


def _show_policy(chosen: Config) -> None:
    from voiceagent.app.escalation import make_gate
    from voiceagent.privacy.gate import TaskClass

    policy = make_gate(chosen.privacy).policy
    limits = ", ".join(f"{t.value}: {policy.limit(t).value}" for t in TaskClass)
    console().print(f"at most leaves, by task: {limits}", markup=False)


def _tell(verdict: ChainVerdict, seen: Countersignature | None, json: bool) -> None:
    """What is wrong, each by its name; raises `CheckFailed` where anything is."""
    if seen is not None and seen.holds() is False:
        raise CheckFailed(
            "the countersignature is none of the key that it names",
            hint="move `receipts.countersigned` away; the region signs anew",
        )
    if json:
        import msgspec

        found = [
            {"kind": f.kind.value, "number": f.number, "what": f.words}
            for f in verdict.findings
        ]
        told = None if seen is None else msgspec.to_builtins(seen)
        emit_json({"verified": verdict.count, "findings": found, "countersigned": told})
    if verdict.findings:
        first, *others = verdict.findings
        raise CheckFailed(
            f"the receipts are not as they were written: {first.words}",
            cause="; ".join(f.words for f in others[:SHOWN]),
            hint="to begin anew, move `receipts*` and `device.key` out of the state "
            "folder and keep them",
        )
    if not json:
        console().print(f"all {verdict.count} receipts are as they were written")
        if seen is not None:
            _tell_witness(seen)


def _tell_witness(seen: Countersignature) -> None:
    line = f"up to {seen.count} countersigned by {seen.region} at {seen.at}"
    console().print(f"{line}, key {seen.key[:16]}", markup=False)
    if seen.holds() is None:
        hint = here("`pip install 'voiceagent[region]'`")
        console().print(f"its signature cannot be checked here: {hint}", markup=False)


@app.command()
def check(
    text: Annotated[str, typer.Argument(help="What might be said.")],
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show what would leave this device for a question."""
    from voiceagent.app.escalation import make_gate
    from voiceagent.privacy.gate import OutgoingQuestion, Refused

    made = make_gate(configure(config).privacy).prepare(
        OutgoingQuestion(turn=1, text=text)
    )
    if isinstance(made, Refused):
        left, task, shown = "nothing", made.task.value, made.reason
    else:
        left, task = made.payload.data_class.value, made.task.value
        shown = made.payload.text
    if json:
        emit_json({"task": task, "left": left, "text": shown})
        return
    console().print(f"task: {task}\nleaves: {left}\n{shown}", markup=False)
