"""Putting an agent together from the parts of a workshop."""

from __future__ import annotations

from dataclasses import replace

from voiceagent.agent.agent import Agent
from voiceagent.agent.alarms import Alarms
from voiceagent.agent.open_turn import OpenTurn
from voiceagent.agent.playback import Playback
from voiceagent.agent.state import Options
from voiceagent.agent.thinking import Thinker
from voiceagent.agent.turn import Responder
from voiceagent.app.escalation import leg_names, make_escalation
from voiceagent.app.options import AgentOptions
from voiceagent.app.workshop import Workshop
from voiceagent.clock import Compute, Pace
from voiceagent.deadline import Budget
from voiceagent.errors import PackError, install_line
from voiceagent.frontend.endpoint import FLAT, Completeness, EndpointPolicy
from voiceagent.frontend.frontend import Frontend
from voiceagent.nlu.completeness import Progress
from voiceagent.nlu.intent import Intent, IntentParser
from voiceagent.nlu.interpreter import Doubts, Interpreter
from voiceagent.nlu.models.model_folder import NONE
from voiceagent.nlu.models.swap import ModelSwitch
from voiceagent.skills.host import SkillHost, Skills
from voiceagent.skills.skill import Skill
from voiceagent.skills.volume.handler import loudness
from voiceagent.store import Store
from voiceagent.stt.config import SttConfig
from voiceagent.stt.protocol import BatchStt
from voiceagent.trace.events import Degraded
from voiceagent.trace.machine import installed
from voiceagent.trace.trace import Trace
from voiceagent.tts.cache import ReplyCache
from voiceagent.tts.earcons import earcon
from voiceagent.tts.renderer import Renderer

__all__ = ["COSTS", "Meaning", "assemble", "progress_of"]

COSTS = {
    "stt": 0.004,
    "stt.final": 0.08,
    "intent": 0.003,
    "slm": 0.02,
    "load": 0.5,
    "skill": 0.001,
    "act": 0.005,
    "tts": 0.065,
    "wake": 0.4,
    "alarms": 0.001,
    "receipt": 0.001,
    "dictation": 0.4,
}
"""Seconds that a call of each stage is declared to take in virtual replays: what was
measured on two cores of a small server, rounded up."""
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


class Meaning:
    """What the words mean in a pack: grammar, templates and skills seen as one."""

    def __init__(
        self, progress: Progress, parser: IntentParser, skills: Skills
    ) -> None:
        self._progress, self._parser, self._skills = progress, parser, skills

    def progress(self, text: str) -> Completeness:
        """How much of a command `text` is."""
        return self._progress.of(text)

    def parse(self, text: str) -> Intent | None:
        """The intent that `text` says."""
        return self._parser.parse(text)

    def answers(self, intent: str) -> bool:
        """Whether anybody answers that intent."""
        try:
            self._skills.skill_for(intent)
        except PackError:
            return False
        return True

    def skill_for(self, intent: str) -> Skill | None:
        """Who answers that intent."""
        return self._skills.skill_for(intent)


def progress_of(shop: Workshop) -> Progress:
    """How much of a command texts are in the shop's pack and house."""
    return shop.language.progress


def assemble(shop: Workshop, options: AgentOptions) -> Agent:
    """An agent in its first state."""
    config = shop.config
    trace = options.trace or Trace()
    pace = Pace.VIRTUAL if options.silent else options.pace
    compute = Compute(options.pace, COSTS)
    store = options.store or Store(None)
    skills = shop.language.pack.open(SkillHost(store, shop.house(store)))
    meaning = Meaning(progress_of(shop), shop.language.parser, skills)
    mouth = _mouth(shop, options, compute, trace, store)
    budget = Budget(
        total=config.budget.response_ms / 1000,
        reserve=config.budget.reserve_ms / 1000,
    )
    models, notices = _models(shop, options, compute, trace)
    escalation = make_escalation(shop, options, compute, trace.emit, store)
    thinker = Thinker(
        meaning,
        compute,
        trace.emit,
        area=config.pack.area,
        models=models,
        interpreter=_interpreter(shop, meaning, compute, models, budget),
        escalation=escalation,
    )
    responder = Responder(
        thinker=thinker,
        mouth=mouth,
        emit=trace.emit,
        reserve=budget.reserve,
        patience=config.region.wait_ms / 1000,
    )
    frontend = _frontend(shop, options)
    if escalation is not None:
        unknown = min(frontend.policy.unknown, ASKED)
        frontend.policy = replace(frontend.policy, unknown=unknown)
    stt = shop.engines.recogniser(options.pace)
    listener = OpenTurn(
        frontend=frontend,
        stt=BatchStt(stt) if options.plain else stt,
        compute=compute,
        progress=meaning.progress,
        expect=(lambda text: None) if options.plain else responder.expect,
        emit=trace.emit,
        lookback=LOOKBACK,
        answers=thinker.answers,
        open_domain=escalation is not None,
    )
    alarms = Alarms(
        skills, lambda text: mouth.announce(text, "alarm"), compute, trace.emit
    )
    thinker.committed = alarms.changed
    return Agent(
        frontend=frontend,
        listener=listener,
        responder=responder,
        compute=compute,
        trace=trace,
        budget=budget,
        options=Options(
            open_at_start=not options.wake,
            full_duplex=config.audio.duplex == "full",
            wake_earcon=config.wake.earcon,
        ),
        alarms=alarms,
        verifier=shop.engines.verifier() if options.wake else None,
        stop_word=shop.engines.stop_word() if options.wake else None,
        engines={
            **shop.engines.names(wake=options.wake, pace=pace),
            **_model_name(models),
            **leg_names(escalation),
        },
        notices=[*_notices(store), *_one_ear(config.stt, pace), *notices],
    )


def _models(
    shop: Workshop, options: AgentOptions, compute: Compute, trace: Trace
) -> tuple[ModelSwitch | None, list[Degraded]]:
    """The language model, or what is to be announced instead.

    A virtual replay must not depend on what is installed or was chosen on a machine:
    it uses templates alone, unless the configuration names a model.
    """
    named = shop.config.slm.model
    if named == NONE or (options.pace is Pace.VIRTUAL and not named):
        return None, []
    library = shop.library(live=options.pace is Pace.REALTIME)
    current, notice = library.first()
    switch = ModelSwitch(library, compute, trace.emit, current=current)
    return switch, [notice] if notice else []


def _model_name(models: ModelSwitch | None) -> dict[str, str]:
    slm = models.current if models else None
    return {"slm": f"{slm.name} {slm.version}"} if slm else {}


def _interpreter(
    shop: Workshop,
    meaning: Meaning,
    compute: Compute,
    models: ModelSwitch | None,
    budget: Budget,
) -> Interpreter:
    limit = shop.config.slm.limit_ms
    return Interpreter(
        meaning,
        compute,
        models=models,
        doubts=Doubts(
            shop.engines.ask_below, lambda intent: shop.language.phraser.say(intent)
        ),
        decide=shop.language.cascade.route,
        limit=None if limit is None else limit / 1000,
        reserve=budget.reserve,
    )


def _frontend(shop: Workshop, options: AgentOptions) -> Frontend:
    frontend = shop.engines.frontend(wake=options.wake)
    frontend.hold_until = options.hold_until
    if options.plain:
        frontend.policy = PLAIN_POLICY
    return frontend


def _mouth(
    shop: Workshop,
    options: AgentOptions,
    compute: Compute,
    trace: Trace,
    store: Store,
) -> Playback:
    voices = shop.engines.voices(Pace.VIRTUAL if options.silent else options.pace)
    # A virtual replay must not depend on what another one has rendered before.
    virtual = options.pace is Pace.VIRTUAL
    voice = Renderer(
        voices, ReplyCache() if virtual else shop.engines.replies, compute, trace.emit
    )
    return Playback(voice, options.player, earcon, trace.emit, lambda: loudness(store))


def _notices(store: Store) -> list[Degraded]:
    """What has to be announced before the first frame."""
    if store.moved_aside is None:
        return []
    return [
        Degraded(
            what="timers, lists and house state",
            why=f"the file was damaged and is kept as `{store.moved_aside}`",
            hint="nothing to do; a new one was begun",
        )
    ]


def _one_ear(config: SttConfig, pace: Pace) -> list[Degraded]:
    """Where the second recogniser is wanted if it is there, and is not."""
    wanted = config.engine == "pocketsphinx" and config.second == "auto"
    if not wanted or pace is not Pace.REALTIME or installed(SECOND):
        return []
    return [
        Degraded(
            what="recognition",
            why=f"`{SECOND}` is not installed; in noise more is misheard, and words"
            " outside the commands are not known",
            hint=f"run `{install_line('moonshine')}`",
        )
    ]
