"""Putting an agent together from the parts of a workshop."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from voiceagent.agent.agent import Agent
from voiceagent.agent.build import Brain, HearingParts, Voice, build_agent
from voiceagent.agent.state import Options
from voiceagent.app.arming import Armed, arm
from voiceagent.app.house_search import HouseSearch, look_around, may_move, outlook
from voiceagent.app.meaning import Meaning
from voiceagent.app.missed_rings import missed_rings
from voiceagent.app.options import AgentOptions
from voiceagent.app.till import alone_till
from voiceagent.app.workshop import Workshop
from voiceagent.clock import Compute, Pace
from voiceagent.nlu.interpreter import Interpreter
from voiceagent.nlu.models.asking import PATIENCE
from voiceagent.nlu.models.model_folder import NONE
from voiceagent.nlu.models.swap import LateModel, ModelSwitch
from voiceagent.nlu.reading import Doubts
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.late_house import late_house
from voiceagent.skills.later.later import LaterSkill
from voiceagent.skills.volume.handler import loudness
from voiceagent.store import Store
from voiceagent.store.scratch import sweep_scratch
from voiceagent.stt.config import SttConfig
from voiceagent.trace.events import Degraded, Event
from voiceagent.trace.trace import Trace
from voiceagent.tts.cache import ReplyCache

if TYPE_CHECKING:
    from voiceagent.app.packs import LeftOut
    from voiceagent.nlu.models.last_resort import LastResort
    from voiceagent.routing.escalation import Escalation

__all__ = ["COSTS", "assemble"]

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


def assemble(shop: Workshop, options: AgentOptions) -> Agent:
    """An agent in its first state."""
    config = shop.config
    trace = options.trace or Trace()
    if options.pace is not Pace.VIRTUAL:
        sweep_scratch()
    live = options.pace is Pace.REALTIME and not options.typed
    armed: Armed = arm(shop, options) if live else {}
    arriving: Armed = armed if options.at_once else {}
    pace = Pace.VIRTUAL if options.silent else options.pace
    compute = Compute(
        options.pace, COSTS, lost=lambda error: trace.emit(Degraded.by(error))
    )
    store = options.store or Store(None)
    told = {"volume": {"start": config.speak.start_percent}}
    house = shop.house(store, kept=options.store is not None)
    host = SkillHost(store, house, told, config.confirm)
    skills = shop.language.outfit.open(host)
    plans = next((one for one in skills.each if isinstance(one, LaterSkill)), None)
    meaning = Meaning(shop.language, skills)
    _ = shop.language.parser  # what is wrong with it is said here, not in a turn
    if options.pace is not Pace.VIRTUAL and shop.language.files.missed:
        shop.language.reader.make_ready()  # it takes seconds, and no turn has them
    if live:
        _ = shop.language.progress
        options.ready("commands")
    escalation = _escalation(shop, options, compute, trace.emit, store)
    hearing = _hearing(shop, options, arriving, escalates=escalation is not None)
    models, notices = _models(shop, options, arriving, compute, trace)
    late = late_house(house)
    if late is not None and hearing is not None:
        hearing = replace(hearing, progress=meaning.progress)
    search = HouseSearch(shop, late, meaning, hearing, models) if late else None
    look = search.look if search else partial(look_around, house)
    return build_agent(
        brain=Brain(
            meaning=meaning,
            # What rings where nobody hears it would count as heard.
            bells=() if options.typed else skills.each,
            plans=plans,
            waiting=None if options.typed else plans,
            books=(store,),
            missed=missed_rings(store, compute, skills.each if options.typed else None),
            unkept=lambda: store.unkept,
            area=config.pack.area,
            models=models,
            interpreter=_interpreter(shop, options, meaning, compute, models),
            escalation=escalation,
            till=None if escalation else alone_till(shop, options, compute, trace.emit),
            last_resort=_last_resort(shop, options, compute, trace),
            outlook=outlook(look if live else None, late),
            patience=config.region.wait_ms / 1000,
        ),
        voice=_voice(shop, options, store),
        hearing=hearing,
        compute=compute,
        trace=trace,
        budget=config.budget.budget(),
        options=Options(
            open_at_start=not options.wake and not options.muted,
            muted=options.muted,
            full_duplex=config.audio.duplex == "full",
            wake_earcon=config.wake.earcon,
        ),
        engines={
            **_names(shop, options, pace),
            **_model_name(models, shop),
            **_leg_names(escalation),
        },
        notices=[
            *shop.house_trouble,
            *_left_out(shop.language.left_out),
            *_one_ear(config.stt, options),
            *(_key_notices(shop, options, store) if escalation else ()),
            *notices,
        ],
    )


def _escalation(
    shop: Workshop,
    options: AgentOptions,
    compute: Compute,
    emit: Callable[[Event], None],
    store: Store,
) -> Escalation | None:
    if not shop.config.region.url:
        return None
    from voiceagent.app.escalation import make_escalation

    return make_escalation(shop, options, compute, emit, store)


def _key_notices(shop: Workshop, options: AgentOptions, store: Store) -> list[Degraded]:
    from voiceagent.app.escalation import key_notices

    return key_notices(shop, options, store)


def _hearing(
    shop: Workshop, options: AgentOptions, arriving: Armed, *, escalates: bool
) -> HearingParts | None:
    if options.typed:
        return None
    from voiceagent.app.hearing import hearing_parts

    stt = arriving.get("recogniser")
    return hearing_parts(shop, options, escalates=escalates, arriving=stt)


def _one_ear(config: SttConfig, options: AgentOptions) -> list[Degraded]:
    if options.typed:
        return []
    from voiceagent.app.hearing import one_ear

    return one_ear(config, options)


def _names(shop: Workshop, options: AgentOptions, pace: Pace) -> dict[str, str]:
    """The engines in use, by stage."""
    if options.typed:
        return {"voice": shop.engines.voices(pace)[0].name}
    return shop.engines.names(wake=options.wake, pace=pace, at_once=options.at_once)


def _models(
    shop: Workshop,
    options: AgentOptions,
    arriving: Armed,
    compute: Compute,
    trace: Trace,
) -> tuple[ModelSwitch | None, list[Degraded]]:
    """The language model, or what is to be announced instead.

    A virtual replay must not depend on what is installed or was chosen on a machine:
    it uses templates alone, unless the configuration names a model.
    """
    named = shop.config.slm.model
    if named == NONE or (options.pace is Pace.VIRTUAL and not named):
        return None, []
    ours = shop.library(live=options.pace is Pace.REALTIME)
    library = may_move(shop, ours)
    # Where somebody else may answer, they are asked, and no lost model waited for.
    switch = partial(ModelSwitch, patience=0.0 if shop.escalates else PATIENCE)
    if options.typed and options.pace is Pace.MEASURED:
        # Most of what is typed is said by a template: it loads no model.
        return switch(library, compute, trace.emit, late=LateModel(ours.first)), []
    if model := arriving.get("language model"):
        late = LateModel(model.result, compute)
        return switch(library, compute, trace.emit, late=late), []
    current, notice = ours.first()
    found = switch(library, compute, trace.emit, current=current)
    return found, [notice] if notice else []


def _last_resort(
    shop: Workshop, options: AgentOptions, compute: Compute, trace: Trace
) -> LastResort | None:
    if not shop.config.slm.answers:
        return None
    from voiceagent.app.last_resort import make_last_resort

    return make_last_resort(shop.config.slm, options, compute, trace.emit)


def _model_name(models: ModelSwitch | None, shop: Workshop) -> dict[str, str]:
    if models is None:
        return {}
    slm = models.current or (
        shop.library(live=True).card() if models.arriving else None
    )
    return {"slm": f"{slm.name} {slm.version}"} if slm else {}


def _leg_names(escalation: Escalation | None) -> dict[str, str]:
    return {leg.name: leg.model for leg in escalation.legs} if escalation else {}


def _interpreter(
    shop: Workshop,
    options: AgentOptions,
    meaning: Meaning,
    compute: Compute,
    models: ModelSwitch | None,
) -> Interpreter:
    limit = shop.config.slm.limit_ms
    heard = 0.0 if options.typed else shop.engines.ask_below
    return Interpreter(
        meaning,
        compute,
        models=models,
        doubts=Doubts(
            heard,
            lambda intent: meaning.language.phraser.say(intent),
            agreed=options.agreed,
            corrected=meaning.asked_about,
            told=meaning.told,
            single=meaning.single,
        ),
        decide=meaning.route,
        limit=None if limit is None else limit / 1000,
    )


def _voice(shop: Workshop, options: AgentOptions, store: Store) -> Voice:
    # A virtual replay must not depend on what another one has rendered before.
    virtual, start = options.pace is Pace.VIRTUAL, shop.config.speak.start_percent
    return Voice(
        voices=shop.engines.voices(Pace.VIRTUAL if options.silent else options.pace),
        player=options.player,
        cache=ReplyCache() if virtual else shop.engines.replies,
        volume=lambda: loudness(store, start=start),
    )


def _left_out(plugins: Iterable[LeftOut]) -> list[Degraded]:
    return [
        Degraded(
            what=f"skill {plugin.name}",
            why=f"it is left out: {plugin.why}",
            hint="`voiceagent plugins` lists what is installed and what is wrong",
        )
        for plugin in plugins
    ]
