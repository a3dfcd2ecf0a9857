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
) -> LastResort | None:
    """Who guesses; None: nobody. A session that listens makes the model while it is
    there already, a typed question when it is needed."""
    if config.answers in ("", NONE):
        return None
    live = options.pace is Pace.REALTIME
    make = partial(_made, config, apart=live and config.process)
    late = LateModel(make, compute if live and not options.typed else None)
    inquiry = Inquiry(compute, emit, lambda slm: NO_LIMITS)
    return LastResort(late, inquiry, emit)


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
