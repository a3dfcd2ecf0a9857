"""`voiceagent config`: what is in force, where it came from, and what is allowed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from voiceagent.app.config import load_config, read_project, schema
from voiceagent.app.project_file import (
    NAME,
    find_project,
    forget,
    keys_to_trust,
    trust,
)
from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    console,
    emit_json,
    name_project,
)
from voiceagent.errors import ConfigError
from voiceagent.errors.masking import masked_values

__all__ = ["app"]

app = typer.Typer(help="Show and check the configuration.", no_args_is_help=True)


@app.command("show")
def show(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Print every value in force and where it came from; secrets are covered."""
    loaded = load_config(config)
    name_project(loaded.project)
    values = masked_values(msgspec.to_builtins(loaded.config))
    if json:
        emit_json({"config": values, "sources": dict(loaded.sources)})
        return
    screen = console()
    for section, body in values.items():
        screen.print(f"[{section}]")
        for key, value in body.items():
            source = loaded.sources.get(f"{section}.{key}", "default")
            shown = msgspec.json.encode(value).decode()
            screen.print(f"{key} = {shown}  # {source}", markup=False)


@app.command("check")
def check(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Read the configuration and say whether it is sound."""
    name_project(load_config(config).project)
    if json:
        emit_json({"sound": True})
    else:
        console().print("configuration is sound")


@app.command("trust")
def trust_project(
    folder: Annotated[
        Path | None, typer.Argument(help="Where it lies; by default here.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Trust it no more.")] = False,
    json: JsonOption = False,
) -> None:
    """Let a folder's `voiceagent.toml`, as it is now, run programs, reach others and
    let words out; a change of it ends that."""
    path = (folder or Path.cwd()).resolve() / NAME
    set_ = {} if undo else _trusted(path)
    was = not undo or forget(path, os.environ)
    if json:
        emit_json({"file": str(path), "trusted": not undo, "sets": set_})
        return
    screen = console()
    for key, value in set_.items():
        screen.print(f"{key} = {msgspec.json.encode(value).decode()}")
    now = "is not trusted" if undo else "is trusted until it changes"
    screen.print(f"`{path}` {now}{' any more' if undo and was else ''}")


def _trusted(path: Path) -> dict[str, object]:
    """What that file sets that needed it."""
    project = find_project(path.parent)
    if project is None:
        hint = "name the folder that holds it"
        raise ConfigError(f"there is no `{path}`", hint=hint)
    values = read_project(project)
    shown = masked_values(values)
    trust(project, os.environ)
    keys = [key.partition(".") for key in keys_to_trust(values)]
    return {f"{section}.{key}": shown[section][key] for section, _, key in keys}


@app.command("schema")
def print_schema() -> None:
    """Print the JSON Schema, for editors."""
    emit_json(schema())
