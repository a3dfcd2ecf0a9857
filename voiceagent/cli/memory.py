"""`voiceagent memory`: conversations that the region keeps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    configure,
    console,
    emit_json,
    tell_troubles,
)
from voiceagent.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from voiceagent.region.memory import Memory

__all__ = ["app"]

T = TypeVar("T")
app = typer.Typer(help="Conversations that the region keeps.", no_args_is_help=True)
ConversationName = Annotated[str, typer.Argument(help="The conversation.")]


@app.command(name="list")
def names(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Print the names of all conversations."""

    async def work(memory: Memory) -> list[str]:
        return await memory.conversations()

    for name in _with(config, work):
        if json:
            emit_json({"conversation": name})
        else:
            console().print(name, markup=False)


@app.command()
def export(conversation: ConversationName, config: ConfigOption = None) -> None:
    """Print everything that is kept of a conversation, as JSON."""

    async def work(memory: Memory) -> dict[str, object] | None:
        found = await memory.load(conversation)
        if found is None:
            return None
        return {
            "conversation": conversation,
            "version": found.version,
            "items": found.items,
            "answered": found.answered,
        }

    found = _with(config, work)
    if found is None:
        raise _unknown(conversation)
    emit_json(found)


@app.command()
def erase(
    conversation: ConversationName,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Forget a conversation for good."""

    async def work(memory: Memory) -> bool:
        return await memory.erase(conversation)

    if not _with(config, work):
        raise _unknown(conversation)
    if json:
        emit_json({"erased": conversation})
    else:
        console().print(f"erased {conversation}", markup=False)


def _with(config: Path | None, work: Callable[[Memory], Awaitable[T]]) -> T:
    from voiceagent.app.region_server import home_of, make_memory
    from voiceagent.clock import run

    chosen = configure(config)

    async def main() -> T:
        memory = make_memory(chosen, home_of(chosen))
        tell_troubles(memory.troubles())
        try:
            return await work(memory)
        finally:
            await memory.close()

    return run(main())


def _unknown(conversation: str) -> UsageError:
    return UsageError(
        f"there is no conversation `{conversation}`",
        hint="`voiceagent memory list` shows those that are kept",
    )
