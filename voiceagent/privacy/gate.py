"""The privacy gate: nothing leaves the device but what it makes.

Per task class the operator says what may leave: nothing, a summary, redacted text, text
or audio. The gate decides the class, makes the payload and says what is in it; where it
cannot be sure, nothing leaves. What was replaced is put back on the device, before the
answer is spoken.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from voiceagent.lang.languages import language
from voiceagent.message import Message
from voiceagent.privacy.payload import DataClass, Payload
from voiceagent.privacy.redaction import Placeholders, Redactor, Restorer
from voiceagent.privacy.redaction.tokens import tokens
from voiceagent.privacy.summary import summary

__all__ = [
    "INSTRUCTIONS",
    "Policy",
    "PrivacyGate",
    "OutgoingQuestion",
    "Refused",
    "Released",
    "TaskClass",
    "classify",
]

ORDER = tuple(DataClass)
"""From least to most."""
Tools = tuple[dict[str, Any], ...]
LONGEST_AUDIO = 30.0
"""Seconds of audio that may leave in one turn."""
TOLD = frozenset(("enum", "description", "default", "const", "examples", "title"))
"""Of a tool: what is words or a value, and no name in code."""
INSTRUCTIONS = (
    "You are the larger model behind a voice assistant. Answer in one or two short "
    "spoken sentences, without lists or markup. Keep placeholders such as [NAME_1] as "
    "they are. If you do not know, say so."
)


class TaskClass(StrEnum):
    """What a turn is about, as far as privacy is concerned."""

    QUESTION = "question"
    """About the world or the operator's documents."""
    COMMAND = "command"
    """For the device, which did not understand it."""
    PERSONAL = "personal"
    """Health, money, family, whereabouts, credentials."""
    UNCLEAR = "unclear"
    """Speech outside the grammar: its words are a guess, or there are none."""
    CONVERSATION = "conversation"


WORDS = language().private.topics


def classify(text: str, *, uncertain: bool = False) -> TaskClass:
    """The class of a turn, by its words alone."""
    words = [token.text for token in tokens(text)]
    if WORDS.personal & set(words):
        return TaskClass.PERSONAL
    if uncertain or not words:
        return TaskClass.UNCLEAR
    if words[0] in WORDS.orders:
        return TaskClass.COMMAND
    return TaskClass.QUESTION if WORDS.asks & set(words[:4]) else TaskClass.CONVERSATION


@dataclass(frozen=True, slots=True)
class Policy:
    """What may leave."""

    leaves: DataClass = DataClass.REDACTED
    """The most in any turn."""
    classes: Mapping[str, DataClass] = field(default_factory=dict)
    """Stricter limits by task class."""

    def limit(self, task: TaskClass) -> DataClass:
        """The most that may leave for a task; personal ones are redacted at least."""
        least = DataClass.REDACTED if task is TaskClass.PERSONAL else self.leaves
        allowed = (self.leaves, least, self.classes.get(task.value, self.leaves))
        return min(allowed, key=ORDER.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingQuestion:
    """What a turn would like to have answered elsewhere."""

    turn: int
    text: str
    """The words; a guess where `uncertain`; empty where there are none."""
    uncertain: bool = False
    audio: bytes = b""
    """16 kHz PCM16."""
    context: tuple[Message, ...] = ()
    tools: Tools = ()
    """What may be called on the device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What may leave, and what is in it."""

    payload: Payload
    task: TaskClass
    found: Mapping[str, int] = field(default_factory=dict)
    """Secrets replaced, by kind."""

    @property
    def size(self) -> int:
        """Bytes of words, audio and descriptions of tools."""
        words = (self.payload.text, *(m.text for m in self.payload.context))
        tools = json.dumps(self.payload.tools) if self.payload.tools else ""
        told = sum(len(w.encode()) for w in (*words, tools))
        return told + len(self.payload.audio)


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing may leave."""

    reason: str
    task: TaskClass


class PrivacyGate:
    """Makes payloads; one for each session, whose placeholders it keeps."""

    def __init__(
        self,
        policy: Policy,
        names: Iterable[str] = (),
        *,
        kept: Iterable[str] = (),
    ) -> None:
        """`names`: of contacts; `kept`: words that never leave, whatever they mean."""
        self.policy = policy
        self._placeholders = Placeholders()
        self._redactor = Redactor(names, self._placeholders, kept=kept)
        self._tools_of: tuple[Tools, Tools] = (), ()
        """The tools that were redacted last, before and after."""

    def forbids(self) -> str:
        """Why nothing at all may leave in any turn; empty where something may."""
        return "nothing may leave" if self.policy.leaves is DataClass.NOTHING else ""

    def wants_words(self) -> bool:
        """Whether uncertain speech has to be put into words here, since no audio may
        leave."""
        return self.policy.limit(TaskClass.UNCLEAR) is not DataClass.AUDIO

    def restorer(self) -> Restorer:
        """Puts what was replaced back into an answer."""
        return Restorer(self._placeholders)

    def prepare(self, question: OutgoingQuestion) -> Released | Refused:
        """What may leave for this question."""
        task = classify(question.text, uncertain=question.uncertain)
        limit = self.policy.limit(task)
        if limit is DataClass.NOTHING:
            return Refused("nothing may leave", task)
        if question.uncertain and question.audio and limit is DataClass.AUDIO:
            return self._audio(question, task)
        if not question.text.strip():
            return Refused("no audio may leave, and there are no words", task)
        try:
            return self._words(question, task, limit)
        except ValueError as error:
            return Refused(f"it cannot be redacted: {error}", task)

    def _audio(self, question: OutgoingQuestion, task: TaskClass) -> Released | Refused:
        if len(question.audio) > LONGEST_AUDIO * 32_000:
            return Refused("the audio is too long", task)
        context, found = self._context(question, DataClass.TEXT)
        payload = Payload(
            data_class=DataClass.AUDIO,
            audio=question.audio,
            context=context,
            instructions=INSTRUCTIONS,
            uncertain=True,
            tools=self._tools(question, DataClass.TEXT),
        )
        return Released(payload=payload, task=task, found=found)

    def _words(
        self, question: OutgoingQuestion, task: TaskClass, limit: DataClass
    ) -> Released | Refused:
        if limit is DataClass.SUMMARY:
            text, found = summary(question.text, task.value), dict[str, int]()
            context: tuple[Message, ...] = ()
            if not text:
                return Refused("a summary would say nothing", task)
        else:
            limit = min(limit, DataClass.TEXT, key=ORDER.index)
            text, found = self._text(question.text, limit)
            context, more = self._context(question, limit)
            found = {k: found.get(k, 0) + more.get(k, 0) for k in {**found, **more}}
        payload = Payload(
            data_class=limit,
            text=text,
            context=context,
            instructions=INSTRUCTIONS,
            uncertain=question.uncertain,
            tools=self._tools(question, limit),
        )
        return Released(payload=payload, task=task, found=found)

    def _text(self, text: str, limit: DataClass) -> tuple[str, dict[str, int]]:
        if limit is DataClass.TEXT:
            return text, {}
        redacted = self._redactor.redact(text)
        return redacted.text, dict(redacted.found)

    def _tools(self, question: OutgoingQuestion, limit: DataClass) -> Tools:
        """Names of rooms and lamps are words like others; a summary has none."""
        if ORDER.index(limit) < ORDER.index(DataClass.REDACTED):
            return ()
        if limit is not DataClass.REDACTED:
            return question.tools
        if question.tools is not self._tools_of[0]:  # the same in every turn
            redacted = tuple(self._redacted_tool(tool) for tool in question.tools)
            self._tools_of = question.tools, redacted
        return self._tools_of[1]

    def _redacted_tool(self, value: Any) -> Any:
        """The same, the texts of values and descriptions redacted."""
        if not isinstance(value, dict):
            return value
        return {
            key: self._redacted_values(inner)
            if key in TOLD
            else self._redacted_tool(inner)
            for key, inner in value.items()
        }

    def _redacted_values(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._redacted_values(one) for one in value]
        if isinstance(value, dict):
            return {key: self._redacted_values(one) for key, one in value.items()}
        return self._redactor.redact(value).text if isinstance(value, str) else value

    def _context(
        self, question: OutgoingQuestion, limit: DataClass
    ) -> tuple[tuple[Message, ...], dict[str, int]]:
        """Earlier turns under the rules of this one, personal ones left out or
        redacted."""
        kept: list[Message] = []
        found: dict[str, int] = {}
        for message in question.context:
            allowed = self.policy.limit(classify(message.text))
            if ORDER.index(allowed) < ORDER.index(DataClass.REDACTED):
                continue
            text, more = self._text(message.text, min(limit, allowed, key=ORDER.index))
            kept.append(Message(message.role, text))
            found = {k: found.get(k, 0) + more.get(k, 0) for k in {**found, **more}}
        return tuple(kept), found
