"""One way to put an agent together, from parts that are ready.

The composition root makes the parts from a configuration, tests make them by script:
what is wired, and in which order, stands here alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from voiceagent.agent.agent import About, Agent
from voiceagent.agent.alarms import Alarms, Bells
from voiceagent.agent.effects import Effects
from voiceagent.agent.herald import Herald, KeptBook
from voiceagent.agent.looking import Outlook
from voiceagent.agent.missed import Missed
from voiceagent.agent.planner import LaterPlans, Planner
from voiceagent.agent.plans import PlanKeeper, WaitingPlans
from voiceagent.agent.playback import Playback
from voiceagent.agent.state import Options
from voiceagent.agent.supervisor import Supervisor
from voiceagent.agent.thinking import Acting, Thinker
from voiceagent.agent.turn import HARD_LIMIT, Responder
from voiceagent.audio.clip import Clip
from voiceagent.audio.player import Player
from voiceagent.clock import Compute
from voiceagent.deadline import Budget
from voiceagent.frontend.endpoint import Completeness
from voiceagent.nlu.interpreter import Interpreter
from voiceagent.nlu.models.swap import ModelSwitch
from voiceagent.stt.protocol import Stt
from voiceagent.trace.events import Degraded
from voiceagent.trace.trace import Trace
from voiceagent.tts.cache import ReplyCache
from voiceagent.tts.protocol import Tts
from voiceagent.tts.renderer import Renderer

if TYPE_CHECKING:
    from voiceagent.agent.ears import EarParts
    from voiceagent.frontend.frontend import Frontend
    from voiceagent.frontend.wake import WakeVerifier, WakeWord
    from voiceagent.nlu.models.last_resort import LastResort
    from voiceagent.routing.escalation import Escalation
    from voiceagent.routing.till import Till

__all__ = ["Brain", "HearingParts", "Voice", "build_agent"]


def _earcon(name: str) -> Clip:
    # Made by arithmetic on arrays, which a typed session does not load.
    from voiceagent.tts.earcons import earcon

    return earcon(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingParts:
    """What listens."""

    frontend: Frontend
    stt: Stt
    progress: Callable[[str], Completeness]
    lookback: float
    """Seconds before a turn's first sample that the recogniser is given too."""
    guesses: bool = True
    """Likely replies are rendered while the user still speaks."""
    verifier: WakeVerifier | None = None
    stop_word: WakeWord | None = None
    arriving: Future[Any] | None = None
    """The recogniser, where it is still being made: without it the session ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brain:
    """What understands and acts."""

    meaning: Acting
    bells: Sequence[Bells] = ()
    """Skills that may have alarms."""
    plans: LaterPlans | None = None
    """Where commands that are not for now are kept."""
    waiting: WaitingPlans | None = None
    """The same, where this session carries them out."""
    area: str = ""
    """Where the device stands."""
    models: ModelSwitch | None = None
    interpreter: Interpreter | None = None
    escalation: Escalation | None = None
    """None where the device is alone."""
    till: Till | None = None
    """Where turns are counted then; None: nowhere."""
    books: Sequence[KeptBook] = ()
    """What is kept, and may fail: said once."""
    missed: Missed | None = None
    """What rang and nobody stopped is told after the next answer."""
    unkept: Callable[[], int] = lambda: 0
    """How often something was promised that could not be kept."""
    last_resort: LastResort | None = None
    """Who guesses where nobody knows; None: nobody."""
    outlook: Outlook | None = None
    """What is not as it was set up, or not there yet."""
    patience: float = HARD_LIMIT
    """Seconds after its deadline at which a turn that still thinks is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What speaks."""

    voices: Sequence[Tts]
    """The preferred one first."""
    player: Player
    cache: ReplyCache = field(default_factory=ReplyCache)
    volume: Callable[[], float] = lambda: 1.0
    """0..1, asked anew for every clip."""
    earcon: Callable[[str], Clip] = _earcon


def build_agent(
    *,
    brain: Brain,
    voice: Voice,
    hearing: HearingParts | None,
    compute: Compute,
    trace: Trace,
    budget: Budget | None = None,
    options: Options | None = None,
    engines: Mapping[str, str] | None = None,
    notices: Sequence[Degraded] = (),
) -> Agent:
    """An agent in its first state; `hearing`: None where everything is typed;
    `engines`: their names by stage; `notices`: announced at the start."""
    tasks, budget = Supervisor(trace.emit), budget or Budget()
    playback = Playback(
        Renderer(voice.voices, voice.cache, compute, trace.emit),
        voice.player,
        voice.earcon,
        trace.emit,
        tasks=tasks,
        volume=voice.volume,
    )
    alarms = Alarms(
        brain.bells,
        lambda text: playback.announce(text, "alarm"),
        compute,
        trace.emit,
        tasks,
        brain.missed,
    )
    planner = Planner(brain.meaning.skill_for, compute, brain.plans)
    keeper: PlanKeeper | None = None

    def changed() -> None:
        alarms.changed()
        if keeper is not None:
            keeper.changed()

    effects = Effects(compute, trace.emit, changed, brain.unkept)
    thinker = Thinker(
        brain.meaning,
        compute,
        trace.emit,
        area=brain.area,
        models=brain.models,
        interpreter=brain.interpreter,
        escalation=brain.escalation,
        till=brain.till,
        effects=effects,
        outlook=brain.outlook,
        last_resort=brain.last_resort,
        planner=planner,
    )
    herald = Herald(brain.books, trace.emit, playback.read_out)
    if brain.waiting is not None:
        keeper = PlanKeeper(
            *(brain.waiting, planner, effects, compute, trace.emit, herald.tell),
            missed=brain.missed,
        )
    responder = Responder(
        thinker=thinker,
        mouth=playback,
        emit=trace.emit,
        tasks=tasks,
        patience=brain.patience,
        silence=alarms.stop,
        missed=brain.missed,
        plans=keeper,
    )
    return Agent(
        responder=responder,
        tasks=tasks,
        compute=compute,
        trace=trace,
        budget=budget,
        options=options or Options(),
        alarms=alarms,
        ears=_ears(hearing, thinker, responder, compute, trace) if hearing else None,
        about=About(
            engines=engines or {},
            notices=notices,
            herald=herald,
            pace=compute.pace.value,
            budget=budget.total,
        ),
    )


def _ears(
    parts: HearingParts,
    thinker: Thinker,
    responder: Responder,
    compute: Compute,
    trace: Trace,
) -> EarParts:
    from voiceagent.agent.ears import EarParts
    from voiceagent.agent.open_turn import HearingPlan, OpenTurn

    hearing = HearingPlan(
        stt=parts.stt,
        compute=compute,
        progress=parts.progress,
        expect=responder.expect if parts.guesses else _expect_nothing,
        emit=trace.emit,
        lookback=parts.lookback,
        answers=thinker.answers,
        open_domain=thinker.escalates,
    )
    turn = OpenTurn(parts.frontend, hearing)
    return EarParts(
        turn=turn,
        verifier=parts.verifier,
        stop_word=parts.stop_word,
        arriving=parts.arriving,
    )


def _expect_nothing(text: str) -> None:
    """No reply is rendered ahead of time."""
