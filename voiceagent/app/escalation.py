"""Putting together what hands turns to a larger tier, as the configuration wants it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from voiceagent.app.config import Config
from voiceagent.app.till import make_meter
from voiceagent.clock import Compute, Pace, outside, wall
from voiceagent.errors import ConfigError, StoreError
from voiceagent.privacy.config import PrivacyConfig
from voiceagent.privacy.countersign import Witnessed
from voiceagent.privacy.gate import INSTRUCTIONS, Policy, PrivacyGate
from voiceagent.privacy.payload import DataClass
from voiceagent.privacy.receipts import KEY, LateReceipts
from voiceagent.routing.escalation import Escalation
from voiceagent.routing.handover import RemoteLeg
from voiceagent.routing.receipt_book import ReceiptBook
from voiceagent.routing.release import Release
from voiceagent.routing.remote import Remote
from voiceagent.routing.request import Sender
from voiceagent.routing.simulated_remote import (
    ANSWER,
    SCHEME,
    Profile,
    SimulatedRemote,
    parse_address,
)
from voiceagent.routing.till import Till
from voiceagent.routing.way_out import WayOut
from voiceagent.store import Store, state_folder
from voiceagent.store.keys import own_key
from voiceagent.trace.events import Degraded, Event

if TYPE_CHECKING:
    from voiceagent.app.options import AgentOptions
    from voiceagent.app.workshop import Workshop
    from voiceagent.routing.toolbox import Toolbox

__all__ = [
    "books_folder",
    "contacts_of",
    "key_notices",
    "make_escalation",
    "make_gate",
    "make_meter",
]

WITNESS = "region"
"""The leg that countersigns receipts."""
REPLAYED = "replay"
"""Name of the conversation in a virtual replay: the same in every run."""


def make_escalation(
    shop: Workshop,
    options: AgentOptions,
    compute: Compute,
    emit: Callable[[Event], None],
    store: Store,
) -> Escalation | None:
    """None where the device is alone; raises `ConfigError`."""
    config = shop.config
    if not config.region.url:
        return None
    folder = books_folder(config, options, store)
    reserve = config.budget.reserve_ms / 1000
    replayed = options.pace is Pace.VIRTUAL
    session = REPLAYED if replayed else secrets.token_hex(8)
    gate, receipts = make_gate(config.privacy), LateReceipts(folder)
    out = WayOut(
        Sender(
            session=session,
            pin=config.region.pin,
            reserve=reserve,
            wait=config.region.wait_ms / 1000,
        ),
        Release(gate, compute, lambda pcm: shop.asking.general(pcm)),
        ReceiptBook(receipts, compute, session, clock=outside if folder else wall),
        Till(make_meter(config, folder), compute, emit),
        emit,
        toolbox=_toolbox(shop),
    )
    return Escalation(
        _legs(shop, options, emit),
        out,
        emit,
        hedge=config.region.hedge == "auto",
        reserve=reserve,
        context_turns=config.privacy.context_turns,
    )


def books_folder(config: Config, options: AgentOptions, store: Store) -> Path | None:
    """Where receipts and costs are kept; None: in memory, where nothing can leave.

    A replay keeps its timers to itself, but what it sends to a real region has left.
    """
    if store.path is not None:
        return store.path.parent
    addresses = [config.region.url, config.region.backup_url]
    real = any(url and not url.startswith(f"{SCHEME}:") for url in addresses)
    if options.pace is Pace.VIRTUAL or not real:
        return None
    return Path(config.store.folder) if config.store.folder else state_folder()


def key_notices(shop: Workshop, options: AgentOptions, store: Store) -> list[Degraded]:
    """What is wrong with the key of this device, said before it is needed."""
    folder = books_folder(shop.config, options, store)
    try:
        if folder is not None and (folder / KEY).exists():
            own_key(folder / KEY, whose="this device", setting="store.folder")
    except StoreError as error:
        why = f"nothing leaves: `{KEY}`: {error.cause}"
        return [Degraded(what="receipts", why=why, hint=error.hint)]
    return []


def make_gate(config: PrivacyConfig) -> PrivacyGate:
    """The gate with its policy and names; raises `ConfigError`."""
    classes: dict[str, DataClass] = {
        task: DataClass(leaves) for task, leaves in config.classes.items()
    }
    policy = Policy(DataClass(config.leaves), classes)
    return PrivacyGate(policy, contacts_of(config), kept=config.names)


def contacts_of(config: PrivacyConfig) -> list[str]:
    """Names that never leave; raises `ConfigError`."""
    if config.contacts:
        try:
            return Path(config.contacts).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"the contacts `{config.contacts}` cannot be read",
                cause=str(error),
                hint="`privacy.contacts` is a text file with a name a line",
            ) from error
    return []


def _toolbox(shop: Workshop) -> Toolbox | None:
    """The tools that may be called, if any; raises `ConfigError` where a name fits no
    intent."""
    wanted = shop.config.region.tools
    if not wanted:
        return None
    from voiceagent.nlu.slm.tools import tools_of
    from voiceagent.routing.device_tools import device_tools
    from voiceagent.routing.toolbox import Toolbox

    intents = shop.language.pack.intents.intents
    for pattern in wanted:
        if not any(fnmatchcase(name, pattern) for name in intents):
            raise ConfigError(
                f"`region.tools` names `{pattern}`, which no intent is called",
                cause=f"there are {', '.join(sorted(intents)[:60])}",
                hint="name an intent, or several as `light.*`",
            )
    examples = {
        name: intent.data[0].sentence_texts[0]
        for name, intent in intents.items()
        if intent.data and intent.data[0].sentence_texts
    }
    tools = tools_of(shop.language.pack)
    return Toolbox(device_tools(tools, wanted, examples))


def _legs(
    shop: Workshop, options: AgentOptions, emit: Callable[[Event], None]
) -> list[RemoteLeg]:
    region = shop.config.region
    wanted = [(WITNESS, region.url, region.model, region.token_env)]
    if region.backup_url:
        model = region.backup_model or region.model
        wanted.append(("backup", region.backup_url, model, region.backup_token_env))
    return [
        RemoteLeg(_remote(shop, options, emit, name, url, model, token), model=model)
        for name, url, model, token in wanted
    ]


def _simulated(shop: Workshop) -> tuple[Callable[[str], str], Callable[[bytes], str]]:
    """What a simulated region says and hears: from the operator's documents, if any."""
    knowledge = shop.asking.knowledge
    if knowledge is None:
        return (lambda question: ANSWER), lambda pcm: shop.asking.general(pcm)
    answer = knowledge.say
    return (lambda question: answer(question).text), lambda pcm: shop.asking.ears(pcm)


def _remote(
    shop: Workshop,
    options: AgentOptions,
    emit: Callable[[Event], None],
    name: str,
    url: str,
    model: str,
    token_env: str,
) -> Remote:
    if shop.config.privacy.leaves == "nothing":
        # Not even a connection is opened; the gate's veto says why nobody is asked.
        return SimulatedRemote(Profile(), name=name)
    if url.startswith(f"{SCHEME}:"):
        answers, hears = _simulated(shop)
        profile = parse_address(url)
        return SimulatedRemote(profile, name=name, answer=answers, hears=hears)
    if options.pace is Pace.VIRTUAL:
        raise ConfigError(
            f"`{url}` cannot be asked in a virtual replay",
            cause="its clock jumps past whatever takes real time",
            hint="replay with `--pace measured`, or use an address such as `sim://ok`",
        )
    from voiceagent.app.connect import connect_to
    from voiceagent.realtime.target import Target

    target = Target(
        name=name,
        url=url,
        model=model,
        token=os.environ.get(token_env, ""),
        instructions=INSTRUCTIONS,
    )
    folder = books_folder(shop.config, options, options.store or Store(None))
    return connect_to(
        target,
        shop.config.region,
        emit,
        bridged=options.pace is Pace.MEASURED,
        keeper=Witnessed(folder) if folder and name == WITNESS else None,
    )
