"""What an agent needs to hear, from the parts of a workshop."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from voiceagent.agent.build import HearingParts
from voiceagent.app.options import AgentOptions
from voiceagent.app.workshop import Workshop
from voiceagent.clock import Pace
from voiceagent.errors import install_line
from voiceagent.frontend.endpoint import FLAT, EndpointPolicy
from voiceagent.stt.config import SttConfig
from voiceagent.stt.protocol import BatchStt
from voiceagent.trace.events import Degraded
from voiceagent.trace.machine import installed

__all__ = ["hearing_parts", "one_ear"]

SECOND = "moonshine-voice"
"""The package with the second recogniser."""
LOOKBACK = 1.0
"""Seconds before a wake hit that the recogniser hears too: the wake word, which it
knows as an opening, and what was said in the same breath until it was detected."""
ASKED = 0.36
"""Seconds of silence that end a turn which the final pass found to be outside the
grammar, where somebody else may answer it: the way there and back must fit in too."""
PLAIN_POLICY = EndpointPolicy(
    complete=0.5,
    extensible=0.5,
    incomplete=0.5,
    dead=0.5,
    unknown=0.5,
    weights=FLAT,
)
"""The usual way to end a turn: half a second of silence, whatever was said."""


def hearing_parts(
    shop: Workshop,
    options: AgentOptions,
    *,
    escalates: bool,
    arriving: Future[Any] | None = None,
) -> HearingParts:
    """Front end, recogniser and stop word; `escalates`: somebody else may answer;
    `arriving`: the recogniser, where it is still being made."""
    frontend = shop.engines.frontend(wake=options.wake)
    frontend.hold_until = options.hold_until
    frontend.learn(options.room)
    if options.plain:
        frontend.policy = PLAIN_POLICY
    if escalates:
        unknown = min(frontend.policy.unknown, ASKED)
        frontend.policy = replace(frontend.policy, unknown=unknown)
    verifier = shop.engines.verifier() if options.wake else None
    stop_word = shop.engines.stop_word() if options.wake else None
    options.ready("wake word")
    stt = shop.engines.session_stt(options.pace, at_once=arriving is not None)
    return HearingParts(
        frontend=frontend,
        stt=BatchStt(stt) if options.plain else stt,
        progress=shop.language.progress.of,
        lookback=LOOKBACK,
        guesses=not options.plain,
        verifier=verifier,
        stop_word=stop_word,
        arriving=arriving,
    )


def one_ear(config: SttConfig, options: AgentOptions) -> list[Degraded]:
    """Where the second recogniser is wanted if it is there, and is not."""
    wanted = config.engine == "pocketsphinx" and config.second == "auto"
    live = options.pace is Pace.REALTIME and not options.typed
    if not wanted or not live or options.silent or installed(SECOND):
        return []
    return [
        Degraded(
            what="recognition",
            why=f"`{SECOND}` is not installed; in noise more is misheard, and words"
            " outside the commands are not known",
            hint=f"run `{install_line('moonshine')}`",
        )
    ]
