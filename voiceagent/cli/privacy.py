"""`voiceagent privacy`: what left this device, what may, and what would."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    configure,
    console,
    emit_json,
)
from voiceagent.errors import CheckFailed

__all__ = ["app"]

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
    from rich.table import Table

    from voiceagent.app.escalation import make_gate
    from voiceagent.privacy.gate import TaskClass
    from voiceagent.privacy.receipts import Receipts
    from voiceagent.store import state_folder

    chosen = configure(config)
    folder = Path(chosen.store.folder) if chosen.store.folder else state_folder()
    receipts = Receipts(folder)
    found = list(receipts.all())
    verdict = receipts.verify() if verify else None
    if json:
        for receipt in found[-last:]:
            import msgspec

            emit_json(msgspec.to_builtins(receipt))
    else:
        table = Table(title="what left this device", title_justify="left")
        for name in ("when", "turn", "to", "region", "task", "left", "bytes", "why"):
            table.add_column(name, justify="right" if name == "bytes" else "left")
        for one in found[-last:]:
            replaced = ", ".join(
                f"{n} {kind.lower()}" for kind, n in one.replaced.items()
            )
            why = f"{one.why}; replaced {replaced}" if replaced else one.why
            row = (one.at[:19], str(one.turn), one.to, one.region or "not proved")
            table.add_row(*row, one.task, one.left, str(one.bytes), why)
        console().print(table)
        sums = Counter[str]()
        for one in found:
            sums[one.left] += 1
        told = (
            ", ".join(f"{n} {left}" for left, n in sums.most_common()) or "nothing yet"
        )
        console().print(f"{len(found)} receipts: {told or 'nothing yet'}", markup=False)
        policy = make_gate(chosen.privacy).policy
        limits = ", ".join(f"{t.value}: {policy.limit(t).value}" for t in TaskClass)
        console().print(f"at most leaves, by task: {limits}", markup=False)
    if verdict is not None and verdict.wrong:
        raise CheckFailed(
            f"receipt {verdict.wrong} is not what was written",
            cause="it was changed, or one before it is missing",
        )
    if verdict is not None and not json:
        console().print(f"all {verdict.count} receipts are as they were written")


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
