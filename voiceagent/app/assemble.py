"""Putting an agent together from the parts of a workshop."""

from __future__ import annotations

from dataclasses import replace

from voiceagent.agent.agent import Agent
from voiceagent.agent.build import Brain, HearingParts, Voice, build_agent
from voiceagent.agent.state import Options
from voiceagent.app.escalation import leg_names, make_escalation
from voiceagent.app.options import AgentOptions
from voiceagent.app.workshop import Workshop
from voiceagent.clock import Compute, Pace
from voiceagent.errors import PackError, install_line
from voiceagent.frontend.endpoint import FLAT, Completeness, EndpointPolicy
from voiceagent.nlu.completeness import Progress
from voiceagent.nlu.intent import Intent, IntentParser
from voiceagent.nlu.interpreter import Doubts, Interpreter
from voiceagent.nlu.models.asking import PATIENCE
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
    compute = Compute(
        options.pace, COSTS, lost=lambda error: trace.emit(Degraded.by(error))
    )
    store = options.store or Store(None)
    skills = shop.language.pack.open(SkillHost(store, shop.house(store)))
    meaning = Meaning(progress_of(shop), shop.language.parser, skills)
    models, notices = _models(shop, options, compute, trace)
    escalation = make_escalation(shop, options, compute, trace.emit, store)
    return build_agent(
        brain=Brain(
            meaning=meaning,
            bells=skills.each,
            area=config.pack.area,
            models=models,
            interpreter=_interpreter(shop, meaning, compute, models),
            escalation=escalation,
            patience=config.region.wait_ms / 1000,
        ),
        voice=_voice(shop, options, store),
        hearing=_hearing(shop, options, meaning, escalates=escalation is not None),
        compute=compute,
        trace=trace,
        budget=config.budget.budget(),
        options=Options(
            open_at_start=not options.wake,
            full_duplex=config.audio.duplex == "full",
            wake_earcon=config.wake.earcon,
        ),
        engines={
            **_names(shop, options, pace),
            **_model_name(models),
            **leg_names(escalation),
        },
        notices=[*_notices(store), *_one_ear(config.stt, options), *notices],
    )


def _hearing(
    shop: Workshop, options: AgentOptions, meaning: Meaning, *, escalates: bool
) -> HearingParts | None:
    if options.typed:
        return None
    frontend = shop.engines.frontend(wake=options.wake)
    frontend.hold_until = options.hold_until
    if options.plain:
        frontend.policy = PLAIN_POLICY
    if escalates:
        unknown = min(frontend.policy.unknown, ASKED)
        frontend.policy = replace(frontend.policy, unknown=unknown)
    stt = shop.engines.recogniser(options.pace)
    return HearingParts(
        frontend=frontend,
        stt=BatchStt(stt) if options.plain else stt,
        progress=meaning.progress,
        lookback=LOOKBACK,
        guesses=not options.plain,
        verifier=shop.engines.verifier() if options.wake else None,
        stop_word=shop.engines.stop_word() if options.wake else None,
    )


def _names(shop: Workshop, options: AgentOptions, pace: Pace) -> dict[str, str]:
    """The engines in use, by stage."""
    if options.typed:
        return {"voice": shop.engines.voices(pace)[0].name}
    return shop.engines.names(wake=options.wake, pace=pace)


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
    # Where somebody else may answer, they are asked, and no lost model waited for.
    patience = 0.0 if shop.escalates else PATIENCE
    switch = ModelSwitch(
        library, compute, trace.emit, current=current, patience=patience
    )
    return switch, [notice] if notice else []


def _model_name(models: ModelSwitch | None) -> dict[str, str]:
    slm = models.current if models else None
    return {"slm": f"{slm.name} {slm.version}"} if slm else {}


def _interpreter(
    shop: Workshop,
    meaning: Meaning,
    compute: Compute,
    models: ModelSwitch | None,
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
    )


def _voice(shop: Workshop, options: AgentOptions, store: Store) -> Voice:
    # A virtual replay must not depend on what another one has rendered before.
    virtual = options.pace is Pace.VIRTUAL
    return Voice(
        voices=shop.engines.voices(Pace.VIRTUAL if options.silent else options.pace),
        player=options.player,
        cache=ReplyCache() if virtual else shop.engines.replies,
        volume=lambda: loudness(store),
    )


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


def _one_ear(config: SttConfig, options: AgentOptions) -> list[Degraded]:
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
