#!/usr/bin/env python3
"""Pipecat's service in a pipeline: `python pipecat_client.py PLACE CASE ...`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import cases
from cases import OTHER, OTHER_WORD, QUESTION, TOOL, WORD, Lacks, Place
from pipecat.adapters.schemas.function_schema import FunctionSchema
from pipecat.adapters.schemas.tools_schema import ToolsSchema
from pipecat.frames.frames import (
    EndFrame,
    ErrorFrame,
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.openai.realtime import events
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService
from pipecat.workers.runner import WorkerRunner


class Sink(FrameProcessor):
    """Keeps what the service says."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: asyncio.Queue[Frame] = asyncio.Queue()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        self.frames.put_nowait(frame)
        await self.push_frame(frame, direction)


class Talk:
    """A running pipeline."""

    def __init__(self, service: Any, worker: Any, sink: Sink, context: Any) -> None:
        self.service, self.worker, self.context = service, worker, context
        self.sink = sink

    async def ask(self, text: str) -> None:
        """In the context, as an application puts it there."""
        if not self.context.messages:
            self.context.add_message({"role": "user", "content": text})
            await self.worker.queue_frames([LLMContextFrame(self.context)])
            return
        part = events.ItemContent(type="input_text", text=text)
        item = events.ConversationItem(type="message", role="user", content=[part])
        event = events.ConversationItemCreateEvent(item=item)
        self.service._messages_added_manually[item.id] = True
        await self.service.send_client_event(event)
        await self.service.send_client_event(events.ResponseCreateEvent())

    async def say(self, sound: Any) -> None:
        for piece in sound:
            frame = InputAudioRawFrame(piece, sample_rate=24_000, num_channels=1)
            await self.worker.queue_frames([frame])
            await asyncio.sleep(0.01)

    async def until(self, *kinds: type[Frame]) -> Frame:
        while True:
            frame = await self.sink.frames.get()
            if isinstance(frame, kinds):
                return frame
            if isinstance(frame, ErrorFrame):
                raise AssertionError(frame.error)

    async def answer(self) -> tuple[str, int]:
        """Words and bytes of sound of the next whole answer."""
        words, sound = "", 0
        await self.until(LLMFullResponseStartFrame)
        while True:
            frame = await self.until(
                TTSTextFrame, TTSAudioRawFrame, LLMFullResponseEndFrame
            )
            if isinstance(frame, TTSTextFrame):
                words += frame.text
            elif isinstance(frame, TTSAudioRawFrame):
                sound += len(frame.audio)
            elif words or sound:
                return words, sound

    async def heard(self, word: str) -> int:
        words, sound = await self.answer()
        assert word in words, words
        assert sound > 10_000, f"{sound} bytes of sound"
        return sound


@asynccontextmanager
async def talk(
    place: Place, url: str = "", tools: Any = None, **audio: Any
) -> AsyncIterator[Talk]:
    properties = events.SessionProperties(
        instructions="Answer shortly.", audio=events.AudioConfiguration(**audio)
    )
    service = OpenAIRealtimeLLMService(
        api_key=place.key,
        base_url=url or place.url,
        settings=OpenAIRealtimeLLMService.Settings(
            model="voiceagent", session_properties=properties
        ),
    )
    context = LLMContext(tools=tools) if tools else LLMContext()
    pair = LLMContextAggregatorPair(context)
    sink = Sink()
    pipeline = Pipeline([pair.user(), service, sink, pair.assistant()])
    params = PipelineParams(audio_in_sample_rate=24_000, audio_out_sample_rate=24_000)
    worker = PipelineWorker(pipeline, params=params, cancel_on_idle_timeout=False)
    started = asyncio.Event()

    @worker.event_handler("on_pipeline_started")
    async def _started(_worker: Any, _frame: Any) -> None:
        started.set()

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.ensure_future(runner.run())
    async with asyncio.timeout(20):
        await started.wait()
    yield Talk(service, worker, sink, context)
    await worker.queue_frames([EndFrame()])
    await running


async def typed(place: Place) -> None:
    async with talk(place) as one:
        await one.ask(QUESTION)
        await one.heard(WORD)


async def _spoken(place: Place, detection: Any, before: float = 0.5) -> None:
    async with talk(place, input=events.AudioInput(turn_detection=detection)) as one:
        await one.say(place.spoken(before))
        await one.heard(WORD)


async def server_vad(place: Place) -> None:
    await _spoken(place, events.TurnDetection(silence_duration_ms=600))


async def semantic_vad(place: Place) -> None:
    await _spoken(place, events.SemanticTurnDetection(eagerness="high"))


async def quiet(place: Place) -> None:
    await _spoken(place, events.TurnDetection(), cases.QUIET)


async def manual(place: Place) -> None:
    async with talk(place, input=events.AudioInput(turn_detection=False)) as one:
        await one.worker.queue_frames([UserStartedSpeakingFrame()])
        await one.say(place.spoken())
        await one.worker.queue_frames([UserStoppedSpeakingFrame()])
        await one.heard(WORD)


async def tool(place: Place) -> None:
    schema = FunctionSchema(
        name=TOOL["name"],
        description=TOOL["description"],
        properties=TOOL["parameters"]["properties"],
        required=TOOL["parameters"]["required"],
    )
    tools = ToolsSchema(standard_tools=[schema])

    async def weather(params: Any) -> None:
        assert params.arguments == {"place": "Paris"}
        await params.result_callback({"weather": "rain"})

    async with talk(place, place.tools, tools) as one:
        one.service.register_function(TOOL["name"], weather)
        await one.ask("what is the weather in Paris")
        await one.heard("rain")


async def cancel(place: Place) -> None:
    async with talk(place, input=events.AudioInput(turn_detection=False)) as one:
        await one.worker.queue_frames([InterruptionFrame()])  # nothing to cancel
        await one.ask(QUESTION)
        await one.until(TTSAudioRawFrame, LLMFullResponseEndFrame)
        await one.worker.queue_frames([InterruptionFrame()])
        await one.until(InterruptionFrame)
        await asyncio.sleep(0.3)
        while not one.sink.frames.empty():
            one.sink.frames.get_nowait()
        await one.ask(OTHER)
        await one.heard(OTHER_WORD)


async def truncate(place: Place) -> None:
    async with talk(place, input=events.AudioInput(turn_detection=False)) as one:
        await one.ask(QUESTION)
        words, _ = await one.answer()
        item = one.service._current_audio_response.item_id
        await asyncio.sleep(0.5)  # so much of it is played
        await one.worker.queue_frames([InterruptionFrame()])
        await one.until(InterruptionFrame)
        kept = await one.service.retrieve_conversation_item(item)
        said = kept.content[0].transcript
        assert len(said) < len(words), said


async def out_of_band(place: Place) -> None:
    raise Lacks("the service makes responses of the conversation alone")


async def g711(place: Place) -> None:
    sizes = []
    for form in (events.PCMAudioFormat(), events.PCMUAudioFormat()):
        async with talk(place, output=events.AudioOutput(format=form)) as one:
            await one.ask(QUESTION)
            sizes.append(await one.heard(WORD))
    assert 5.8 < sizes[0] / sizes[1] < 6.2, sizes


cases.run(globals())
