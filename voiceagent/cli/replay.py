"""`voiceagent replay`: recordings and scenarios through the whole pipeline."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiceagent.cli.shared import (
    ChannelOption,
    ConfigOption,
    JsonOption,
    PackOption,
    RegionOption,
    configure,
    console,
    emit_json,
    errors,
    progress,
    tell,
)
from voiceagent.errors import CheckFailed, UsageError

if TYPE_CHECKING:
    from voiceagent.app.config import Config
    from voiceagent.replay.replay import Replay
    from voiceagent.replay.what_if import Change
    from voiceagent.trace.opentelemetry import Telemetry

    Outcomes = list[tuple[Path, Replay | UsageError]]

__all__ = ["one_of", "replay", "write_html"]


def replay(
    paths: Annotated[
        list[Path], typer.Argument(help="Recordings, scenarios or folders of them.")
    ],
    pack: PackOption = None,
    region: RegionOption = None,
    wake: Annotated[
        str, typer.Option(help="auto: a wake word is needed; off: a file is a command.")
    ] = "auto",
    pace: Annotated[
        str, typer.Option(help="virtual, measured or realtime.")
    ] = "virtual",
    noise: Annotated[
        Path | None, typer.Option(help="A noise recording to mix in.")
    ] = None,
    snr: Annotated[
        float | None, typer.Option(help="Signal-to-noise ratio of the noise in dB.")
    ] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Take what is there of damaged files.")
    ] = False,
    channel: ChannelOption = None,
    report: Annotated[
        Path | None, typer.Option(help="Write an HTML report of all turns.")
    ] = None,
    events: Annotated[
        Path | None, typer.Option(help="Write all events as JSON lines.")
    ] = None,
    junit: Annotated[
        Path | None, typer.Option(help="Write the expectations as JUnit XML.")
    ] = None,
    update: Annotated[
        bool,
        typer.Option(
            "--update",
            help="Write what came into the scenarios, one beside a recording that "
            "has none.",
        ),
    ] = False,
    what_if: Annotated[
        list[str] | None,
        typer.Option(
            "--what-if",
            metavar="CHANGES",
            help="Show what had come of it with other inputs: budget=600, link=+180, "
            "down=region, hedge=off; may be given again.",
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option(min=1, help="Processes to replay files with.")
    ] = 1,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Replay recordings through the agent; scenarios are checked too."""
    from voiceagent.app.telemetry import telemetry_of
    from voiceagent.app.workshop import Workshop
    from voiceagent.clock import Pace, perf
    from voiceagent.replay.parallel import replay_files
    from voiceagent.replay.replay import ReplaySettings, find_inputs
    from voiceagent.replay.what_if import parse_change
    from voiceagent.store.files import can_become_files

    one_of("--wake", wake, ("auto", "off"))
    one_of("--pace", pace, tuple(Pace))
    if snr is not None and noise is None:
        raise UsageError("`--snr` needs `--noise`", hint="add `--noise FILE`")
    can_become_files(report, events, junit)
    changes = [*map(parse_change, what_if or ())]  # a slip is told before the wait
    settings = ReplaySettings(
        pace=Pace(pace), wake=wake == "auto", noise=noise, snr=snr, partial=partial
    )
    files = find_inputs(paths, scenarios=wake == "auto")
    if not files:
        raise UsageError("no recordings found", hint="name files or a folder of them")
    _tell_untested(paths, files)
    shop = Workshop(configure(config, pack, region__url=region, audio__channel=channel))
    _ = shop.language.outfit  # a broken pack is told before a recording is read
    began = perf()
    spans = telemetry_of(shop.config.telemetry, shop.config.privacy)
    listener = spans.record if spans and settings.pace is not Pace.VIRTUAL else None
    found = replay_files(shop, files, settings, jobs=jobs, listener=listener)
    outcomes = list(_told(files, found, json=json))
    done = [one for _, one in outcomes if not isinstance(one, UsageError)]
    if spans is not None:
        _export(spans, done, seen=listener is not None)
    _speed(sum(one.seconds for one in done), perf() - began)
    _print(done, json=json)
    if junit is not None:
        _write_junit(outcomes, junit)
    if changes:
        _print_what_if(done, changes)
    if report is not None:
        write_html(done, report, shop.config, title="Replay", pace=pace)
    if events is not None:
        _write_events(done, events)
    if update:
        _update(outcomes)
    else:
        _verdict(outcomes)


def _tell_untested(paths: list[Path], files: list[Path]) -> None:
    """What lies in those folders and is not held against anything."""
    from voiceagent.replay.replay import find_inputs, passed_over
    from voiceagent.replay.scenario import is_scenario

    marked = set(filter(is_scenario, find_inputs(paths)))
    if unread := marked - set(files):
        tell(f"{len(unread)} scenarios are not looked at with `--wake off`")
    elif others := passed_over(paths, files):
        names = ", ".join(file.name for file in others[:5])
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        tell(f"no scenario plays {names}{more}: not replayed")


def _told(
    files: list[Path], found: Iterator[Replay | UsageError], *, json: bool
) -> Iterator[tuple[Path, Replay | UsageError]]:
    """Every file with what came of it; one that cannot be read does not stop the
    others."""
    from voiceagent.trace.outcomes import outcome_of

    for file, one in zip(files, progress(found, "replaying", len(files)), strict=True):
        yield file, one
        if isinstance(one, UsageError):
            errors().print(f"error: {one}", markup=False)
        elif json:
            for row in one.rows:
                told = {**row.as_dict(), "outcome": outcome_of(row)}
                emit_json({**told, "file": str(file)})


def _export(telemetry: Telemetry, done: list[Replay], *, seen: bool) -> None:
    """What was replayed, as spans; where it was not `seen` as it happened, they end
    now."""
    for one in done if not seen else ():
        telemetry.replayed(one.records)
    if lost := telemetry.close():
        tell(lost)


def _speed(audio: float, took: float) -> None:
    if errors().is_terminal or audio > 60:
        errors().print(f"{audio:.0f} s of audio in {took:.1f} s")


def _print(done: list[Replay], *, json: bool) -> None:
    """The turns, and what failed; the latter alone, and elsewhere, beside JSON."""
    from voiceagent.trace.turn_table import turns_table

    screen = errors() if json else console()
    if done and not json:
        screen.print(turns_table([row for one in done for row in one.rows]))
    for one in done:
        failed = [check for check in one.checks if not check.ok]
        if failed:
            told = one.told(failed)
            screen.print(f"FAILED {one.scenario}: {told}", markup=False, soft_wrap=True)


def _write_junit(outcomes: Outcomes, path: Path) -> None:
    from voiceagent.replay.junit import write_junit

    write_junit(outcomes, path)
    errors().print(f"junit: {path}", markup=False)


def _update(outcomes: Outcomes) -> None:
    """Write what came into the scenarios, and say what was changed."""
    from voiceagent.replay.update import updated

    failed = [one for _, one in outcomes if isinstance(one, UsageError)]
    for file, one in outcomes:
        if not isinstance(one, UsageError):
            try:
                for line in updated(file, one):
                    console().print(line, markup=False, soft_wrap=True)
            except UsageError as error:
                errors().print(f"error: {error}", markup=False)
                failed.append(error)
    if failed:
        sys.exit(failed[0].exit_code)


def write_html(
    done: list[Replay], path: Path, config: Config, *, title: str, pace: str
) -> None:
    """The report of all turns of `done`, and of what they were made with."""
    from voiceagent.app.provenance import provenance
    from voiceagent.replay.waveform import about, notes
    from voiceagent.trace.machine import facts
    from voiceagent.trace.report.write import write_report

    records = [record for one in done for record in one.records]
    write_report(
        records,
        path,
        title=title,
        facts={"pace": pace, **provenance(config), **facts()},
        notes=notes(done),
        about=about(done),
    )
    errors().print(f"report: {path}", markup=False)


def _write_events(done: list[Replay], path: Path) -> None:
    from voiceagent.store.files import put_named
    from voiceagent.trace.trace import encode

    data = b"".join(encode(one.records) for one in done)
    put_named(path, data, folders=True)


def _verdict(outcomes: Outcomes) -> None:
    failed = [one for _, one in outcomes if isinstance(one, UsageError)]
    done = [one for _, one in outcomes if not isinstance(one, UsageError)]
    checked = [check for one in done for check in one.checks]
    missed = sum(not check.ok for check in checked)
    if checked:
        errors().print(f"{len(checked)} expectations, {missed} failed", markup=False)
    if missed:
        raise CheckFailed(f"{missed} of {len(checked)} expectations failed")
    if failed:
        sys.exit(failed[0].exit_code)


def one_of(option: str, value: str, known: tuple[str, ...]) -> None:
    """Refuse a value that is none of `known`."""
    if value not in known:
        raise UsageError(
            f"`{option} {value}` is not known", hint=f"one of: {', '.join(known)}"
        )


def _print_what_if(done: list[Replay], changes: list[Change]) -> None:
    """Deadline hits, tiers and cost, as it was and as it would have been."""
    from rich.table import Table

    from voiceagent.replay.what_if import Change, what_if

    table = Table(title="what if", title_justify="left")
    for name in ("change", "in time", "answered by", "cost"):
        table.add_column(name)
    for change in [Change(), *changes]:
        found = [what_if([r.event for r in one.records], change) for one in done]
        turns, hits = sum(f.turns for f in found), sum(f.in_time for f in found)
        tiers: dict[str, int] = {}
        for one in found:
            for tier, count in one.answered.items():
                tiers[tier] = tiers.get(tier, 0) + count
        by = ", ".join(f"{tier} {count}" for tier, count in sorted(tiers.items()))
        cost = f"{sum(f.cost for f in found):.4f}"
        if unknown := sum(f.unknown for f in found):
            cost += f" and {unknown} unknown"
        table.add_row(change.name, f"{hits} of {turns}", by, cost)
    console().print(table)
