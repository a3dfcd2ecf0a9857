"""`voiceagent plan`: which deployment pattern for which task, from measured numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    configure,
    emit_json,
    tell,
    write,
)
from voiceagent.errors import ModelError, UsageError
from voiceagent.planner.needs import Consent

if TYPE_CHECKING:
    from voiceagent.nlu.models.risk_curve import Curve
    from voiceagent.planner.plan import Recommendation
    from voiceagent.planner.product import Product
    from voiceagent.planner.task_file import TaskEntry

__all__ = ["plan"]


def plan(
    task: Annotated[
        str,
        typer.Argument(metavar="TASK", help="A task's name, or a file of tasks."),
    ],
    latency: Annotated[bool, typer.Option("--latency", help="It is urgent.")] = False,
    large: Annotated[
        bool, typer.Option("--large", help="It needs a large model.")
    ] = False,
    private: Annotated[
        bool, typer.Option("--private", help="It handles private data.")
    ] = False,
    volume: Annotated[int, typer.Option(help="Requests a day.")] = 0,
    budget_ms: Annotated[
        float | None, typer.Option(help="To the first sound, 95 of 100 times.")
    ] = None,
    quality: Annotated[
        float | None, typer.Option(help="Least share that is answered rightly.")
    ] = None,
    consent: Annotated[
        Consent, typer.Option(help="What may leave of private data.")
    ] = Consent.NONE,
    offline: Annotated[
        bool, typer.Option("--offline", help="It works without a network.")
    ] = False,
    one_data_centre: Annotated[
        bool, typer.Option("--one-data-centre", help="In one place alone.")
    ] = False,
    corpus: Annotated[
        bool, typer.Option("--corpus", help="It answers from many documents.")
    ] = False,
    across_regions: Annotated[
        bool, typer.Option("--across-regions", help="It brings regions together.")
    ] = False,
    cacheable: Annotated[
        bool, typer.Option("--cacheable", help="Everybody gets the same answer.")
    ] = False,
    effects: Annotated[
        bool, typer.Option("--effects", help="It changes something.")
    ] = False,
    tools: Annotated[int, typer.Option(help="Calls of tools in a request.")] = 0,
    facts: Annotated[
        Path | None,
        typer.Option(help="A folder of event files: what was measured."),
    ] = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Recommend a deployment pattern for a task, or for all of a file (tasks.toml)."""
    from voiceagent.planner.task_file import TaskEntry

    given = {
        "latency_sensitive": latency,
        "requires_large_model": large,
        "handles_private_data": private,
        "request_volume_per_day": volume,
        "budget_ms": budget_ms,
        "quality": quality,
        "consent": consent,
        "offline": offline,
        "one_data_centre": one_data_centre,
        "corpus": corpus,
        "across_regions": across_regions,
        "cacheable": cacheable,
        "effects": effects,
        "tools": tools,
    }
    if _is_file(task):
        _plan_file(Path(task), given, facts, json, config)
        return
    entry = TaskEntry(name=task, **given)  # type: ignore[arg-type]
    _show(_plans([entry], facts, config), json)


def _is_file(task: str) -> bool:
    return task.endswith(".toml")


def _plan_file(
    file: Path,
    given: Mapping[str, object],
    facts: Path | None,
    json: bool,
    config: Path | None,
) -> None:
    from voiceagent.planner.product import product
    from voiceagent.planner.task_file import TaskEntry, read_tasks

    usual = TaskEntry(name="")
    extra = [key for key, value in given.items() if value != getattr(usual, key)]
    if extra:
        raise UsageError(
            f"`{extra[0]}` is given beside a file of tasks",
            hint=f"write it into `{file}`, beside the task that it holds for",
        )
    plans = _plans(read_tasks(file), facts, config)
    _show(plans, json)
    _show_product(product(plans), json)


def _plans(
    tasks: Sequence[TaskEntry], folder: Path | None, config: Path | None
) -> list[Recommendation]:
    from voiceagent.planner.event_facts import gather
    from voiceagent.planner.needs import checked
    from voiceagent.planner.plan import plan as plan_task
    from voiceagent.routing.prices import load_prices

    for one in tasks:
        checked(one.profile(), one.needs())
    chosen = configure(config)
    facts = gather(folder, curve=_curve(), prices=load_prices(chosen.cost.prices))
    return [plan_task(one.profile(), one.needs(), facts) for one in tasks]


def _curve() -> Curve | None:
    """Of the shipped model; None where there is none, which is said."""
    from voiceagent.nlu.models.library import DEFAULT
    from voiceagent.nlu.models.model_folder import find_model
    from voiceagent.nlu.models.risk_curve import CURVE, read_curve

    try:
        return read_curve(find_model(DEFAULT).folder / CURVE)
    except ModelError as error:
        tell(f"planned without the model's curve: {error.brief}")
        return None


def _show(plans: Sequence[Recommendation], json: bool) -> None:
    from voiceagent.planner.report import as_json, as_lines

    for one in plans:
        if json:
            emit_json(as_json(one))
        else:
            write("\n".join(as_lines(one)))
    for doubt in dict.fromkeys(doubt for one in plans for doubt in one.doubts):
        tell(doubt)


def _show_product(made: Product, json: bool) -> None:
    if json:
        emit_json({"product": asdict(made)})
    elif made.warning:
        write(f"product: {made.warning}")
        for one in made.one_for_all:
            told = "; ".join(one.breaks[:3]) or "breaks nothing"
            write(f"  {one.pattern} for all: {told}")
    else:
        write(f"product: all tasks agree on {next(iter(made.patterns))}")
