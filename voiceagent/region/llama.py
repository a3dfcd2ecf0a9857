"""The backend with a model of one's own on the processor: started and supervised here.

Continuous batching over several slots in a process apart: a crash of native code ends
answers, not the region, and the process is started again. So is one that does no work
while an answer is waited for. What it was asked is asked once more, where no word of
the answer was out.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import secrets
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from math import inf
from pathlib import Path

from voiceagent.child_process.own_path import module_line
from voiceagent.child_process.patience import Patience
from voiceagent.clock import waited
from voiceagent.errors import (
    ConfigError,
    EngineFailed,
    EngineMissing,
    LinkDown,
    RemoteFailed,
)
from voiceagent.nlu.models.gguf_header import read_header
from voiceagent.nlu.models.model_folder import insist
from voiceagent.nlu.models.packages import packaged_model
from voiceagent.region.backend import AnswerSource, AnswerStruck, Output, Request
from voiceagent.region.chat import ChatBackend
from voiceagent.region.config import LlamaConfig, UpstreamConfig
from voiceagent.region.knowledge import Knowledge
from voiceagent.region.tasks import Tasks
from voiceagent.region.trouble import note

__all__ = ["DEFAULT", "LlamaBackend"]

DEFAULT = "smollm2"
"""The model where none is named."""

READY = 120.0
"""Seconds that a model may take to load."""
WATCH = "the process of the model"
RESTS = (0.2, 1.0, 5.0)
"""Seconds before it is started again, by how often that was needed in a row."""
STILL = 2.5
"""Seconds without work, while an answer is waited for, after which it is stopped."""
SLICE = 0.25
"""Seconds between two looks at it."""
BACK = 5.0
"""Seconds that a question waits for a process that is started again."""


def _model_file(name: str) -> Path:
    """The weights of a packaged model, as pinned, or what lies at a path; raises
    `ModelMissing`, `ModelError`."""
    model = packaged_model(name)
    if model is None:
        return Path(name)
    insist(model)
    return model.path


class LlamaBackend:
    """Answers from a GGUF."""

    name = "llama"
    calls_tools = True

    def __init__(
        self,
        config: LlamaConfig,
        *,
        knowledge: Knowledge | None = None,
        passages: int = 4,
    ) -> None:
        """`passages`: of the documents that go along with a question. Raises
        `ConfigError`, `EngineMissing`, `ModelMissing`, `ModelError`."""
        self._file = _model_file(config.model or DEFAULT)
        if importlib.util.find_spec("xllamacpp") is None:
            raise EngineMissing("xllamacpp", install="pip install 'voiceagent[slm]'")
        header = read_header(self._file)
        template = header.metadata.get("tokenizer.chat_template")
        if not template:
            raise ConfigError(
                f"`{self._file}` has no chat template",
                cause="it is no model to talk to",
                hint="use an instruct model",
            )
        self.restarts = 0
        self._failures, self._awaited = 0, 0
        self._config, self._knowledge, self._passages = config, knowledge, passages
        self._process: Process | None = None
        self._chat: ChatBackend | None = None
        self._up = asyncio.Event()
        self._tasks = Tasks(note)

    async def start(self) -> None:
        """Load the model; raises `EngineFailed` where that fails."""
        await self._launch()
        self._tasks.spawn(WATCH, self._watch())

    async def answer(self, request: Request) -> AsyncGenerator[Output, None]:
        """The words as they come; asked once more where none was out yet."""
        begun, sources = False, True
        for attempt in (1, 2):
            try:
                async with aclosing(self._asked(request)) as outputs:
                    async for output in outputs:
                        if isinstance(output, AnswerStruck):
                            yield output
                            continue
                        begun = begun or not isinstance(output, AnswerSource)
                        if sources or begun:
                            yield output
                return
            except LinkDown as error:
                sources = False
                if begun or attempt == 2:
                    broke = "the model broke off"
                    raise RemoteFailed(broke, cause=error.what) from error
                yield AnswerStruck()
                await asyncio.sleep(SLICE)  # until its end is known here, too

    async def _asked(self, request: Request) -> AsyncGenerator[Output, None]:
        if not self._up.is_set():
            yield AnswerStruck()
        async with aclosing((await self._there()).answer(request)) as outputs:
            while True:
                self._awaited += 1
                try:
                    output = await anext(outputs, None)
                finally:
                    self._awaited -= 1
                if output is None:
                    return
                self._failures = 0
                yield output

    async def _there(self) -> ChatBackend:
        """The way to the process, once there is one."""
        await waited(self._up, BACK)
        if self._chat is None:
            raise LinkDown("the model is being started again", hint="ask once more")
        return self._chat

    async def close(self) -> None:
        """End the process."""
        await self._tasks.end()
        await self._end()

    async def _launch(self) -> None:
        config = self._config
        wanted = {
            "model": str(self._file),
            "slots": config.slots,
            "context": config.context,
            "threads": config.threads,
        }
        process = self._process = await asyncio.create_subprocess_exec(
            *module_line("voiceagent.region.llama_child"),
            json.dumps(wanted),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            start_new_session=True,
        )
        key = secrets.token_urlsafe()
        url = await self._ready(process, key)
        upstream = UpstreamConfig(url=url, model=self._file.stem)
        self._chat = ChatBackend(
            upstream,
            key=key,
            knowledge=self._knowledge,
            passages=self._passages,
            room=config.context,
            again=False,  # that is done here, when there is a process again
        )
        self._up.set()

    async def _ready(self, process: Process, key: str) -> str:
        assert process.stdin is not None and process.stdout is not None
        try:
            async with asyncio.timeout(READY):
                process.stdin.write(f"{key}\n".encode())
                await process.stdin.drain()
                line = await process.stdout.readline()
            return str(json.loads(line)["url"])
        except (OSError, TimeoutError, ValueError, KeyError) as error:
            await self._end()
            raise EngineFailed(
                f"the model `{self._file}` could not be started",
                cause="it ended" if process.returncode is not None else "too slow",
                hint="is there enough memory for its slots and their context?",
            ) from error

    async def _watch(self) -> None:
        """Start it again whenever it ends or stops."""
        while True:
            if self._process is not None:  # None: it could not be started
                await self._over(self._process)
            self._up.clear()
            chat, self._chat = self._chat, None
            rest = RESTS[min(self._failures, len(RESTS) - 1)]
            self.restarts, self._failures = self.restarts + 1, self._failures + 1
            await asyncio.sleep(rest)
            if chat is not None:
                await chat.close()
            try:
                await self._launch()
            except (EngineFailed, OSError) as error:
                note(WATCH, error)

    async def _over(self, process: Process) -> None:
        """Until it has ended; one that does nothing for those who wait is ended."""
        patience: Patience | None = None
        while process.returncode is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(SLICE):
                    await process.wait()
            if not self._awaited:
                patience = None
                continue
            patience = patience or Patience(process.pid, inf, STILL)
            patience.waited(SLICE)
            if patience.over and process.returncode is None:
                process.kill()

    async def _end(self) -> None:
        process, chat = self._process, self._chat
        self._process = self._chat = None
        self._up.clear()
        if chat is not None:
            await chat.close()
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(5.0):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
