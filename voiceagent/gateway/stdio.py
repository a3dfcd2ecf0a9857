"""A program that speaks MCP on its standard input and output, held on a short lead.

A line has a limit, what is no message is dropped and counted, what it says on standard
error is kept for whoever asks why it ended, and with it go all programs that it began.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.client.stdio import get_default_environment
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter
from pydantic import ValidationError

from voiceagent.errors import RemoteFailed
from voiceagent.errors.foreign import one_line

__all__ = ["LONGEST_LINE", "ServerProgram", "program_link"]

LONGEST_LINE = 8 << 20
"""Bytes of one message: a result of 4 MiB, escaped."""
GRACE = 1.0
"""Seconds that it has to end by itself once its input has ended."""
NOISE = 100
"""Lines that are no messages after which it is given up: it talks to somebody else."""

ProgramInbox = MemoryObjectSendStream[SessionMessage | Exception]
ProgramOutbox = MemoryObjectReceiveStream[SessionMessage]


@dataclass(slots=True)
class ServerProgram:
    """What is known of a running program."""

    ended: asyncio.Event = field(default_factory=asyncio.Event)
    silent: asyncio.Event = field(default_factory=asyncio.Event)
    """It has closed its standard error."""
    why: str = ""
    """Why it ended, as far as is known."""
    noise: int = 0
    """Lines that were no messages."""
    said: str = ""
    """Its last line on standard error."""


@asynccontextmanager
async def program_link(
    command: Sequence[str], env: Mapping[str, str], program: ServerProgram
) -> AsyncIterator[tuple[Any, Any]]:
    """The two streams of a client over a new process; `program` tells how it is.

    Raises `RemoteFailed` where it cannot be started.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**get_default_environment(), **env},
            limit=LONGEST_LINE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise RemoteFailed(
            f"`{command[0]}` cannot be started",
            cause=getattr(error, "strerror", None) or str(error),
            hint="`command` is a program and its arguments, one string each",
        ) from error
    inbox, reads = anyio.create_memory_object_stream[SessionMessage | Exception](16)
    writes, outbox = anyio.create_memory_object_stream[SessionMessage](0)
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_heard(process, inbox, program)),
            group.create_task(_told(process, outbox)),
            group.create_task(_complaints(process, program)),
        ]
        try:
            yield reads, writes
        finally:
            for task in tasks:
                task.cancel()
            await _ended(process)
            for stream in (inbox, reads, writes, outbox):
                stream.close()


async def _heard(
    process: asyncio.subprocess.Process, inbox: ProgramInbox, program: ServerProgram
) -> None:
    """Every message of its standard output, until that ends."""
    assert process.stdout is not None
    try:
        while program.noise < NOISE:
            line = await process.stdout.readline()
            if not line:
                with suppress(TimeoutError):  # it may say why with its last breath
                    async with asyncio.timeout(GRACE):
                        await program.silent.wait()
                program.why = program.said or "it ended"
                return
            if message := _message(line):
                await inbox.send(SessionMessage(message))
            elif line.strip():
                program.noise += 1
        program.why = "its standard output holds lines that are no messages"
    except ValueError:  # what `readline` raises beyond the limit
        program.why = f"it sent a line of more than {LONGEST_LINE} bytes"
    except (anyio.BrokenResourceError, anyio.ClosedResourceError, ConnectionError):
        program.why = program.why or "it was let go"
    finally:
        inbox.close()
        program.ended.set()


def _message(line: bytes) -> Any:
    """What a line says; None where that is no message."""
    try:
        return jsonrpc_message_adapter.validate_json(line, by_name=False)
    except (ValidationError, ValueError):
        return None


async def _told(process: asyncio.subprocess.Process, outbox: ProgramOutbox) -> None:
    """Writes what the client sends; a program that is gone is noticed by its output."""
    assert process.stdin is not None
    with suppress(OSError):
        async for sent in outbox:
            said = sent.message.model_dump_json(by_alias=True, exclude_unset=True)
            process.stdin.write(said.encode() + b"\n")
            await process.stdin.drain()


async def _complaints(
    process: asyncio.subprocess.Process, program: ServerProgram
) -> None:
    """Its standard error is read to the end, lest it waits for a reader."""
    assert process.stderr is not None
    while piece := await process.stderr.read(65_536):
        told = piece.decode(errors="replace").strip().rpartition("\n")[2]
        program.said = one_line(told, 160) or program.said
    program.silent.set()


async def _ended(process: asyncio.subprocess.Process) -> None:
    """It ends, and whatever it began with it."""
    assert process.stdin is not None
    process.stdin.close()
    with suppress(TimeoutError):
        async with asyncio.timeout(GRACE):
            await process.wait()
    for sign in (signal.SIGTERM, signal.SIGKILL):
        _signalled(process, sign)
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await process.wait()
                if sign is signal.SIGTERM and _group_is_gone(process.pid):
                    break
    # A child that keeps the pipes open does not keep us.
    transport = getattr(process, "_transport", None)
    if transport is not None:
        transport.close()


def _signalled(process: asyncio.subprocess.Process, sign: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, sign)


def _group_is_gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return True
    return False
