"""`voiceagent house`: rooms and things of a Home Assistant as a house of your own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    configure,
    emit_json,
    tell,
    workshop,
    write,
)
from voiceagent.errors import CheckFailed, UsageError

if TYPE_CHECKING:
    from voiceagent.skills.house.hass_import import ImportedHouse

__all__ = ["app"]

app = typer.Typer(help="The house that is talked to.", no_args_is_help=True)
UrlOption = Annotated[
    str | None,
    typer.Option(
        "--home-assistant",
        metavar="URL",
        help="Its address, such as http://homeassistant.local:8123; else the "
        "configured one.",
    ),
]


@app.callback()
def house() -> None:
    """The house that is talked to."""


@app.command(name="import")
def import_(
    home_assistant: UrlOption = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The house file; for `[pack] house`."),
    ] = None,
    exposed: Annotated[bool, typer.Option(help="Only what Assist may use.")] = False,
    force: Annotated[bool, typer.Option(help="Write over a file.")] = False,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Read rooms, things and their names from a Home Assistant.

    The token stands in the environment variable that is configured
    (`HOME_ASSISTANT_TOKEN`). Without an output the house is kept for the agent itself.
    """
    from voiceagent.app.house import import_house, kept_house, write_house
    from voiceagent.app.workshop import Workshop

    shop = Workshop(configure(config, home_assistant__url=home_assistant))
    hub = shop.config.home_assistant
    if not hub.url:
        hint = "give `--home-assistant URL`, or set `home_assistant.url`"
        raise UsageError("no Home Assistant is named", hint=hint)
    if output is not None and output.exists() and not force:
        hint = "`--force` writes over it; your changes in it are lost"
        raise UsageError(f"`{output}` is there already", hint=hint)
    found = import_house(hub, exposed=exposed)
    file = output or kept_house(hub.url, shop.state_folder)
    try:
        write_house(found, file, hub.url)
    except OSError as error:
        raise UsageError(f"`{file}` cannot be written", cause=str(error)) from error
    if json:
        return emit_json({"file": str(file), **_facts(found)})
    model = found.model
    write(f"{len(model.entities)} things in {len(model.areas)} rooms: `{file}`")
    for line in _remarks(found):
        tell(line)
    if output is not None:
        tell(f'use it by `[pack] house = "{output}"` in `voiceagent.toml`')


@app.command()
def check(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Look up every thing of the house in the Home Assistant that is configured."""
    from voiceagent.store import Store

    shop = workshop(config)
    store = Store(None)
    missing = shop.house(store).missing()
    every = len(shop.language.outfit.house.entities)
    for entity in missing:
        if json:
            emit_json({"id": entity.id, "name": entity.name, "known": False})
        else:
            write(f"{entity.name}: Home Assistant does not know `{entity.id}`")
    for trouble in shop.house_trouble:
        raise CheckFailed(trouble.what, cause=trouble.why, hint=trouble.hint)
    if missing:
        hint = "import the house again: `voiceagent house import`"
        raise CheckFailed(f"{len(missing)} of {every} are not known", hint=hint)
    if not json:
        write(f"all {every} things are known")


def _facts(found: ImportedHouse) -> dict[str, object]:
    return {
        "things": len(found.model.entities),
        "rooms": len(found.model.areas),
        "renamed": dict(found.renamed),
        "alike": [list(pair) for pair in found.alike],
        "unsayable": list(found.unsayable),
        "unsupported": dict(found.unsupported),
        "hidden": found.hidden,
        "too_many": found.too_many,
    }


def _remarks(found: ImportedHouse) -> Iterator[str]:
    """What is not as it was there."""
    names = {entity.id: entity.name for entity in found.model.entities}
    for name_id, name in found.renamed.items():
        yield f"`{name_id}`: {name} is called {names[name_id]} here"
    for one, other in found.alike:
        yield f"{one} and {other} sound alike: change one where they are mixed up"
    for name_id in found.unsayable:
        yield f"`{name_id}` has no name that can be said: give it an alias"
    others = ", ".join(f"{n} {domain}" for domain, n in found.unsupported.items())
    if others:
        yield f"left out, since nothing here speaks about them: {others}"
    if found.hidden:
        yield f"left out: {found.hidden} hidden, disabled or about devices themselves"
    if found.too_many:
        yield f"left out: {found.too_many} more than a house can have, sensors first"
