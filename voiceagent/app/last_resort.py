"""The model that guesses where nobody knows, if one is configured."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from voiceagent.app.engines import runtimes
from voiceagent.app.options import AgentOptions
from voiceagent.clock import Compute, Pace
from voiceagent.errors import VoiceAgentError
from voiceagent.nlu.config import SlmConfig
from voiceagent.nlu.decision import Thresholds
from voiceagent.nlu.models.inquiry import Inquiry
from voiceagent.nlu.models.last_resort import LastResort
from voiceagent.nlu.models.model_folder import NONE, Model, find_model, insist
from voiceagent.nlu.models.swap import LateModel
from voiceagent.nlu.slm.protocol import Slm
from voiceagent.trace.events import Degraded, Event

__all__ = ["make_answerer", "make_last_resort"]

NO_LIMITS = Thresholds(act=1.0, ask=1.0)
"""It never acts."""


def make_last_resort(
    config: SlmConfig,
    options: AgentOptions,
    compute: Compute,
    emit: Callable[[Event], None],
) -> tuple[LastResort | None, list[Degraded]]:
    """Who guesses, and what is announced where that cannot be had. A session that
    listens has it from the start, a typed question loads it when it is needed."""
    if config.answers in ("", NONE):
        return None, []
    live = options.pace is Pace.REALTIME
    make = partial(_made, config, apart=live and config.process)
    notices: list[Degraded] = []
    if live and not options.typed:
        there = make()
        make, notices = partial(_given, there[0]), [there[1]] if there[1] else []
    inquiry = Inquiry(compute, emit, lambda slm: NO_LIMITS)
    return LastResort(LateModel(make), inquiry, emit), notices


def make_answerer(config: SlmConfig, model: Model) -> Slm:
    """The model at work, in whatever process this is called."""
    from voiceagent.nlu.slm.build import build_answerer

    return build_answerer(model, runtimes(config))


def _made(config: SlmConfig, *, apart: bool) -> tuple[Slm | None, Degraded | None]:
    try:
        model = find_model(config.answers)
        insist(model)
        if not apart:
            return make_answerer(config, model), None
        from voiceagent.nlu.slm.in_child import ProcessSlm

        make = partial(make_answerer, config, model)
        return ProcessSlm(make, name=model.name), None
    except VoiceAgentError as error:
        cause = f": {error.cause}" if error.cause else ""
        why = f"nobody guesses, since {error.what}{cause}"
        return None, Degraded(what="slm.answers", why=why, hint=error.hint)


def _given(slm: Slm | None) -> tuple[Slm | None, Degraded | None]:
    return slm, None
