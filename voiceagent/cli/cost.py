"""`voiceagent cost`: what answers cost, and what they would have cost in the cloud."""

from __future__ import annotations

from pathlib import Path

import typer

from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    configure,
    console,
    emit_json,
)

__all__ = ["app"]

app = typer.Typer(help="What answers cost.", no_args_is_help=True)


@app.command()
def report(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Sum up what was spent, against everything in the cloud."""
    from dataclasses import asdict

    from rich.table import Table

    from voiceagent.app.till import make_meter
    from voiceagent.routing.cost_report import MICRO, cost_report
    from voiceagent.store import state_folder

    chosen = configure(config)
    folder = Path(chosen.store.folder) if chosen.store.folder else state_folder()
    # Looking makes nothing.
    meter = make_meter(chosen, folder if (folder / "cost.sqlite").exists() else None)
    made = cost_report(meter.entries(), meter.prices)
    meter.close()
    if json:
        emit_json({**asdict(made), "saved": made.saved()})
        return
    table = Table(title=f"what was spent, {made.currency}", title_justify="left")
    for name in ("leg", "model", "answers", "cancelled or hedged", "unknown", "spent"):
        table.add_column(name)
    for line in made.lines:
        counts = (str(line.answers), str(line.cancelled), str(line.unknown))
        table.add_row(line.leg, line.model, *counts, f"{line.micro / MICRO:.4f}")
    console().print(table)
    share = f"{made.here / made.turns:.0%}" if made.turns else "none"
    console().print(f"{made.turns} turns, {share} answered on the device", markup=False)
    if made.cloud is None:
        console().print(f"price of `{made.cloud_model}` unknown: no comparison")
        return
    console().print(
        f"spent {made.spent / MICRO:.4f}, all of it on `{made.cloud_model}` "
        f"{made.cloud / MICRO:.4f} {made.currency} (tokens as counted or estimated, "
        "three seconds of audio a turn)",
        markup=False,
    )


@app.command()
def prices(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Show the table of prices with its dates and sources."""
    import msgspec
    from rich.table import Table

    from voiceagent.routing.prices import load_prices

    made = load_prices(configure(config).cost.prices)
    if json:
        emit_json(msgspec.to_builtins(made))
        return
    table = Table(title=f"prices, {made.currency} per million", title_justify="left")
    for name in ("model", "from", "input", "output", "audio/min", "hour", "source"):
        table.add_column(name)
    for one in made.price:
        rates = (
            *(one.input_per_million, one.output_per_million),
            *(one.audio_per_minute, one.per_hour),
        )
        shown = (f"{rate:g}" for rate in rates)
        table.add_row(one.model, one.valid_from.isoformat(), *shown, one.source)
    console().print(table)
