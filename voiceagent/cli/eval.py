"""`voiceagent eval`: how good each stage is on labelled recordings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    PackOption,
    configure,
    console,
    emit_json,
    errors,
    tell,
    workshop,
)
from voiceagent.errors import ConfigError

if TYPE_CHECKING:
    from voiceagent.frontend.wake import WakeWord

__all__ = ["app", "counter"]

app = typer.Typer(help="Measure stages on labelled recordings.", no_args_is_help=True)

NoiseOption = Annotated[
    Path | None, typer.Option("--noise", help="A noise recording to mix in.")
]
SnrOption = Annotated[
    float | None, typer.Option("--snr", help="Signal-to-noise ratio in dB.")
]


@app.command("wake")
def wake(
    positive: Annotated[list[Path], typer.Option(help="Recordings of the word.")],
    word: Annotated[str, typer.Option(help="The wake word.")],
    negative: Annotated[
        list[Path] | None, typer.Option(help="Recordings that must not wake.")
    ] = None,
    engine: Annotated[str | None, typer.Option(help="Wake engine.")] = None,
    noise: NoiseOption = None,
    snr: SnrOption = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Misses, false accepts per hour and cost of a wake word."""
    from voiceagent.app.workshop import Workshop
    from voiceagent.evaluation.wake import evaluate_wake

    shop = Workshop(configure(config, wake__words=[word], wake__engine=engine))
    report = evaluate_wake(
        lambda: _needed(shop.engines.wake()),
        word=word,
        positives=positive,
        negatives=negative or [],
        rules=shop.engines.wake_rules(shop.engines.wake()),
        refractory=shop.config.wake.refractory_ms / 1000,
        noise=noise,
        snr_db=snr,
        progress=counter("wake words"),
    )
    _show(report.to_json(), json=json)


@app.command("vad")
def vad(
    folder: Annotated[
        Path, typer.Argument(help="Recordings with .scv or .rttm labels.")
    ],
    engine: Annotated[
        str | None, typer.Option(help="gated, silero or webrtcvad.")
    ] = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """AUC, hits at 5 % false positives, release lag and cost of voice activity."""
    from voiceagent.app.workshop import Workshop
    from voiceagent.evaluation.vad import evaluate_vad

    shop = Workshop(configure(config, vad__engine=engine))
    report = evaluate_vad(shop.engines.vad, folder, progress=counter("recordings"))
    _show(report.to_json(), json=json)


@app.command("commands")
def commands(
    labels: Annotated[Path, typer.Option(help="A labels.jsonl beside its recordings.")],
    pack: PackOption = None,
    noise: NoiseOption = None,
    snr: SnrOption = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Intent and slots, wrong actions and rejection over spoken commands."""
    from voiceagent.evaluation.commands import evaluate_commands, read_cases

    shop = workshop(config, pack)
    report = evaluate_commands(
        shop.recognise,
        read_cases(labels),
        noise=noise,
        snr_db=snr,
        progress=counter("commands"),
    )
    _show(report.to_json(), json=json)


@app.command("stt")
def stt(
    labels: Annotated[Path, typer.Option(help="A labels.jsonl beside its recordings.")],
    engine: Annotated[str | None, typer.Option(help="Recogniser.")] = None,
    model: Annotated[str | None, typer.Option(help="Its model.")] = None,
    pack: PackOption = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Word error rate and real-time factor of a recogniser."""
    from voiceagent.app.workshop import Workshop
    from voiceagent.evaluation.stt import evaluate_stt

    shop = Workshop(configure(config, pack, stt__engine=engine, stt__model=model))
    report = evaluate_stt(
        shop.engines.stt(), labels=labels, progress=counter("sentences")
    )
    _show(report.to_json(), json=json)


@app.command("endpoint")
def endpoint(
    corpus: Annotated[
        Path, typer.Argument(help="Folder made by `scripts/make_endpoint_corpus.py`.")
    ],
    split: Annotated[
        str, typer.Option(help="Half to measure on: test, tune or all.")
    ] = "test",
    traces: Annotated[
        Path | None,
        typer.Option(help="Keep what the recogniser said here, or take it from there."),
    ] = None,
    limit: Annotated[int | None, typer.Option(help="Turns at most.")] = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Dead air after turns and false cut-offs, against silence timeouts."""
    from voiceagent.evaluation.endpoint import evaluate_endpoint
    from voiceagent.evaluation.endpoint_table import endpoint_table
    from voiceagent.evaluation.endpoint_traces import traces_of

    shop = workshop(config)
    found = traces_of(
        corpus,
        split=split,
        limit=limit,
        kept=traces,
        shop_for=lambda pack: workshop(config, Path(pack) if pack else None),
        silero=workshop(config, vad__engine="silero").engines.vad(),
        progress=counter("turns"),
    )
    report = evaluate_endpoint(
        found,
        corpus,
        policy=shop.config.endpoint.policy(),
        smoother=shop.config.vad.smoother,
    )
    if json:
        emit_json(report.to_json())
        return
    console().print(endpoint_table(report))
    _show(report.to_json(), json=False)


@app.command("templates")
def templates(
    sentences: Annotated[Path, typer.Argument(help="Pack or template folder.")],
    tests: Annotated[Path, typer.Argument(help="Home Assistant's `tests/en`.")],
    json: JsonOption = False,
) -> None:
    """Intent and slots of a template collection's own tests, and ms per parse."""
    from voiceagent.evaluation.templates import (
        evaluate_templates,
        read_template_tests,
    )
    from voiceagent.skills.packs.pack import load_pack

    cases = read_template_tests(tests)
    report = evaluate_templates(
        load_pack(sentences), cases, progress=counter("sentences")
    )
    _show(report.to_json(), json=json)


def _show(report: Mapping[str, Any], *, json: bool) -> None:
    if json:
        emit_json(report)
        return
    screen = console()
    for key, value in report.items():
        shown = f"{value:.4g}" if isinstance(value, float) else value
        if not isinstance(value, (list, tuple)):
            screen.print(f"{key.replace('_', ' '):28} {shown}", markup=False)
        elif value and key != "systems":
            screen.print(f"{key.replace('_', ' '):28} {len(value)}", markup=False)


def counter(what: str, *, piped: bool = False) -> Callable[[int, int], None]:
    """Progress on stderr where a person is looking; `piped`: else in plain lines, one
    each tenth, for what takes minutes."""
    screen = errors()
    if not screen.is_terminal:
        return _in_tenths(what) if piped else lambda done, total: None
    status = screen.status(what)
    status.start()

    def line(done: int, total: int) -> None:
        status.update(f"{what}: {done} of {total}")
        if done >= total:
            status.stop()

    return line


def _in_tenths(what: str) -> Callable[[int, int], None]:
    told = 0

    def line(done: int, total: int) -> None:
        nonlocal told
        tenth = 10 * done // max(total, 1)
        if tenth != told:
            told = tenth
            tell(f"{what}: {done} of {total}")

    return line


def _needed(wake: WakeWord | None) -> WakeWord:
    if wake is None:
        raise ConfigError(
            "no wake word is configured", hint='set `wake.words = ["hey_jarvis"]`'
        )
    return wake
