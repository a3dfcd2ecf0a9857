"""`voiceagent demo`: recorded conversations through the agent, in real time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    configure,
    console,
    emit_json,
    errors,
    loudspeaker,
)
from voiceagent.errors import CheckFailed, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from voiceagent.app.config import Config
    from voiceagent.audio.player import Player
    from voiceagent.port import Numbered
    from voiceagent.replay.replay import Replay
    from voiceagent.replay.variants import Variants
    from voiceagent.trace.trace import Record

__all__ = ["demo"]

SHORT = 9
"""Scenarios of a folder of one's own that are played unless all are wanted."""


def demo(
    folder: Annotated[Path, typer.Argument(help="Scenarios to play.")] = Path(
        "samples"
    ),
    every: Annotated[
        bool, typer.Option("--all", help="All scenarios instead of a selection.")
    ] = False,
    fast: Annotated[
        bool, typer.Option("--fast", help="Skip the waiting (measured pace).")
    ] = False,
    output: Annotated[
        Path, typer.Option(help="Where the report and the replies go.")
    ] = Path("out"),
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Play the samples to the agent and show what it hears, does and says."""
    from voiceagent.agent.screen import ScreenState
    from voiceagent.app.workshop import Workshop
    from voiceagent.audio.player import VirtualPlayer
    from voiceagent.cli.terminal import Display
    from voiceagent.clock import Pace
    from voiceagent.port import Numbered
    from voiceagent.replay.demo_region import DemoRegion
    from voiceagent.replay.replay import ReplaySettings, find_inputs, replay_path
    from voiceagent.replay.variants import Variants

    base = configure(config)
    files = [file for file in find_inputs([folder]) if file.name.endswith(".toml")]
    if not files:
        raise UsageError(f"no scenarios in `{folder}`", hint="run it from the project")
    if not every:
        files = _selection(files)
    output.mkdir(parents=True, exist_ok=True)
    shop = Workshop(base)
    screen = errors() if json else console()
    pace = Pace.MEASURED if fast else Pace.REALTIME
    with errors().status("loading engines"):
        names = shop.engines.names(pace=pace)
        _ = (
            shop.language.grammar,
            shop.language.parser,
            shop.engines.voices(pace),
            shop.engines.recogniser(pace),
        )
    variants = Variants(shop)
    settings = ReplaySettings(pace=pace)
    speaker = (
        None
        if fast
        else loudspeaker(base.audio.output, without="replies go to WAV files")
    )
    screen.print(f"engines: {', '.join(f'{k} {v}' for k, v in names.items())}")
    done: list[Replay] = []
    seen = ScreenState()
    live = Display(screen, snapshot=lambda: seen.snapshot(state="playing"))
    display = _Unseen() if json else live

    def show(record: Record) -> None:
        seen.take(record)
        display(Numbered(seen.seq, record.at, record.event))

    with DemoRegion() as region, display:
        display.say(f"           region: {region.url}, samples/documents")
        settings = replace(settings, regions=region.addresses)
        for file in files:
            region.heal()
            player: Player = speaker or VirtualPlayer()
            one = replay_path(
                shop,
                file,
                settings,
                player=player,
                listener=show,
                configured=variants.workshop,
            )
            done.append(one)
            if isinstance(player, VirtualPlayer):
                path = output / f"{file.name.split('.')[0]}.wav"
                # A real loop counts from when the machine was started.
                if player.write_wav(path, origin=one.began):
                    display.say(f"           replies: {path}")
            for row in one.rows if json else ():
                emit_json(row.as_dict())
    _show(done, output, base, pace=pace, json=json)
    if fast:
        done = [_looked_at_again(one, variants, screen) for one in done]
    _verdict(done, screen)


class _Unseen:
    """In the place of the screen beside JSON."""

    def __enter__(self) -> _Unseen:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __call__(self, numbered: Numbered) -> None:
        pass

    def say(self, line: str) -> None:
        """Nobody looks."""


def _selection(files: list[Path]) -> list[Path]:
    """One of each kind of thing; the first few where these are other scenarios."""
    wanted = {"01", "05", "08", "10", "18", "22", "28", "32", "33", "34", "35"}
    chosen = [file for file in files if file.name[:2] in wanted]
    return chosen or files[:SHORT]


def _show(
    done: list[Replay], output: Path, config: Config, *, pace: str, json: bool
) -> None:
    from voiceagent.cli.replay import write_html
    from voiceagent.trace.turn_table import turns_table

    rows = [row for one in done for row in one.rows]
    if not json:
        console().print()
        console().print(turns_table(rows))
    write_html(done, output / "demo.html", config, title="Demo", pace=pace)


def _looked_at_again(one: Replay, variants: Variants, screen: Console) -> Replay:
    """The same at the virtual pace, where it failed for this machine's speed alone."""
    from voiceagent.replay.replay import ReplaySettings, replay_path
    from voiceagent.replay.second_look import only_slow

    if one.ok:
        return one
    again = replay_path(
        variants.base,
        Path(one.scenario),
        ReplaySettings(),
        configured=variants.workshop,
    )
    if not only_slow(one, again):
        return one
    slow = sum(not check.ok for check in one.checks)
    screen.print(
        f"{one.scenario}: this machine was too slow for {slow} expectations just now; "
        "at the pace of replays they hold",
        markup=False,
    )
    return again


def _verdict(done: list[Replay], screen: Console) -> None:
    failed = 0
    for one in done:
        missed = [check for check in one.checks if not check.ok]
        failed += len(missed)
        if missed:
            told = f"FAILED {one.scenario}: {one.told(missed)}"
            screen.print(told, markup=False)
    if failed:
        raise CheckFailed(f"{failed} expectations failed")
