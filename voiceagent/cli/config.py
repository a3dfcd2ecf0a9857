"""`voiceagent config`: what is in force, where it came from, and what is allowed."""

from __future__ import annotations

import msgspec
import typer

from voiceagent.app.config import load_config, schema
from voiceagent.cli.shared import ConfigOption, JsonOption, console, emit_json
from voiceagent.errors.masking import masked_values

__all__ = ["app"]

app = typer.Typer(help="Show and check the configuration.", no_args_is_help=True)


@app.command("show")
def show(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Print every value in force and where it came from; secrets are covered."""
    loaded = load_config(config)
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
    load_config(config)
    if json:
        emit_json({"sound": True})
    else:
        console().print("configuration is sound")


@app.command("schema")
def print_schema() -> None:
    """Print the JSON Schema, for editors."""
    emit_json(schema())
