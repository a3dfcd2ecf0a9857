"""`voiceagent models`: what there is, what is used, and whether it is intact."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    configure,
    console,
    emit_json,
    errors,
)
from voiceagent.errors import (
    CheckFailed,
    ModelError,
    ModelMissing,
    UsageError,
    VoiceAgentError,
)
from voiceagent.errors.foreign import one_line
from voiceagent.errors.lines import here

if TYPE_CHECKING:
    from voiceagent.nlu.models.library import Library
    from voiceagent.nlu.models.model_folder import Model

__all__ = ["app"]

app = typer.Typer(help="Language models: list, add, use, verify.", no_args_is_help=True)
SENTENCE = "turn on the light"
"""What a model has to understand something of, to be called working."""


@app.command("list")
def list_models(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Show every model: kind, version, size, licence, whether in use and intact."""
    from voiceagent.nlu.models.model_folder import every_model

    used = _library(config).wanted()
    rows = [_row(found, used) for found in every_model()]
    if json:
        for row in rows:
            emit_json(row)
        return
    _print(rows)
    if not any(row.get("in_use") for row in rows):
        errors().print(_elsewhere(used), markup=False)


@app.command("add")
def add(
    path: Annotated[Path, typer.Argument(help="A GGUF file or a model folder.")],
    name: Annotated[str, typer.Option(help="What to call it.")] = "",
    licence: Annotated[str, typer.Option(help="The licence it stands under.")] = "",
    link: Annotated[bool, typer.Option(help="Leave the file where it is.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Take the licence that the model states.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Put a model into your own folder, its licence and hash noted."""
    from voiceagent.nlu.models.model_folder import read_model, stated_licence
    from voiceagent.nlu.models.shelf import add_file, add_folder

    if path.is_dir():
        agreed = _agreed(licence, read_model(path).card.licence, yes)
        added = add_folder(path, licence=agreed, link=link)
    else:
        agreed = _agreed(licence, stated_licence(path), yes)
        added = add_file(path, kind="instruct", licence=agreed, name=name, link=link)
    row = _row(added, "")
    if json:
        emit_json(row)
        return
    console().print(f"added `{added.name}` ({agreed}) to {added.folder}", markup=False)
    console().print(
        here(f"choose it: `voiceagent models use {added.name}`"), markup=False
    )


@app.command("use")
def use(
    name: Annotated[str, typer.Argument(help="A name, a path, or `none`.")],
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Choose a model; an agent that runs takes it up between two turns."""
    from voiceagent.nlu.models.model_folder import NONE
    from voiceagent.nlu.models.shelf import ModelChoice

    if name != NONE:
        model = _named(name)
        detail = _loaded(model, _library(config))
        errors().print(f"{model.name}: {detail}", markup=False)
        elsewhere = model.origin in ("path", "file")
        name = str(Path(name).expanduser().absolute()) if elsewhere else model.name
    choice = ModelChoice()
    choice.write(name)
    named = configure(config).slm.model
    if json:
        emit_json({"used": name, "file": str(choice.file), "hidden_by": named})
        return
    console().print(f"in use: {name} (noted in {choice.file})", markup=False)
    if named:
        errors().print(
            f"but the configuration sets `slm.model = {named!r}`, which comes first",
            markup=False,
        )


@app.command("verify")
def verify(
    name: Annotated[
        str, typer.Argument(help="One model; all of them if left out.")
    ] = "",
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Compare hashes, load, and let the model understand a sentence."""
    from voiceagent.nlu.models.model_folder import every_model

    library = _library(config)
    found: list[Model | ModelError] = [_named(name)] if name else [*every_model()]
    wrong = []
    for one in found:
        row = _tried(one, library)
        wrong += [] if row["ok"] else [str(row["name"])]
        if json:
            emit_json(row)
        else:
            mark = "✓" if row["ok"] else "✗"
            console().print(f"{mark} {row['name']:20} {row['detail']}", markup=False)
    if wrong:
        raise CheckFailed(f"not in order: {', '.join(wrong)}")
    if not found:
        errors().print("no models", markup=False)


def _tried(one: Model | ModelError, library: Library) -> dict[str, Any]:
    if isinstance(one, ModelError):
        return {"name": "?", "ok": False, "detail": f"{one.what}: {one.cause}"}
    try:
        detail = _loaded(one, library)
    except VoiceAgentError as error:
        cause = f": {error.cause}" if error.cause else ""
        detail = f"{error.what}{cause}; {here(error.hint)}"
        return {"name": one.name, "ok": False, "detail": detail}
    return {"name": one.name, "ok": True, "detail": detail}


def _loaded(model: Model, library: Library) -> str:
    from voiceagent.clock import perf

    if model.card.kind == "acoustic":
        from voiceagent.nlu.models.model_folder import insist

        insist(model)
        return "files unchanged"
    began = perf()
    places = {"path": str(model.folder), "file": str(model.path)}
    where = places.get(model.origin, model.name)
    slm = library.load(where)
    assert slm is not None
    ready = perf()
    slm.understand(SENTENCE)
    took = perf() - ready
    library.release(slm)
    millis = f"{(ready - began) * 1000:.0f} ms to load, {took * 1000:.1f} ms a sentence"
    return f"files unchanged, {millis}"


def _row(found: Model | ModelError, used: str) -> dict[str, Any]:
    from voiceagent.nlu.models.model_folder import state

    if isinstance(found, ModelError):
        return {"name": "?", "state": "broken", "why": f"{found.what}: {found.cause}"}
    card = found.card
    return {
        "name": card.name,
        "kind": card.kind,
        "version": found.version,
        "size": found.size,
        "licence": card.licence,
        "in_use": used in (card.name, str(found.path), str(found.folder)),
        "state": state(found).value,
        "origin": found.origin,
        "folder": str(found.folder),
    }


def _print(rows: list[dict[str, Any]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("", "name", "kind", "version", "MB", "licence", "state"):
        table.add_column(name, justify="right" if name == "MB" else "left")
    for row in rows:
        if "kind" not in row:
            errors().print(f"{row['state']}: {row['why']}", markup=False)
            continue
        mark = "*" if row["in_use"] else ""
        size = f"{row['size'] / 1e6:.1f}"
        cells = (mark, row["name"], row["kind"], row["version"], size, row["licence"])
        table.add_row(*map(Text, (*cells, row["state"])))
    console().print(table)


def _library(config: Path | None) -> Library:
    from voiceagent.app.workshop import Workshop

    return Workshop(configure(config)).library(live=False)


def _elsewhere(used: str) -> str:
    """What is in use where it is none of the list."""
    if Path(used).exists():
        return f"in use: {used}"
    if used == "none":
        return "in use: none, templates alone"
    return f"there is no `{used}`: templates alone"


def _agreed(given: str, stated: str, yes: bool) -> str:
    """The licence that the user has said yes to."""
    if given:
        return given
    if yes:
        return stated
    if not sys.stdin.isatty():
        raise UsageError(
            "a model needs a licence",
            cause=f"it states `{stated}`",
            hint="add `--licence TEXT`, or `--yes` to take what it states",
        )
    shown = one_line(stated)  # a stranger's file says it
    prompt = f"It states the licence `{shown}`. Enter: accept; or type another"
    answer = str(typer.prompt(prompt, default=shown)).strip()
    return stated if answer == shown else answer


def _named(name: str) -> Model:
    """The model that was asked for; a name that there is not is a slip."""
    from voiceagent.nlu.models.model_folder import find_model

    try:
        return find_model(name)
    except ModelMissing as error:
        raise UsageError(error.what, cause=error.cause, hint=error.hint) from error
