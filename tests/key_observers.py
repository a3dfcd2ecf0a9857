"""What a key of the configuration changes: looked at from outside, without any model.

Each observer takes a `KeyBench` and gives a value that can be compared; errors that a
user would see are values too.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import pkgutil
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from tests.packs import DRINKS
from voiceagent import realtime
from voiceagent.app import assemble as assembling
from voiceagent.app.config import Config, load_config
from voiceagent.app.engines import Engines, runtimes
from voiceagent.app.options import AgentOptions
from voiceagent.app.shelf import Shelf
from voiceagent.app.workshop import Workshop
from voiceagent.audio.frames import FRAME_SAMPLES, AudioFrame
from voiceagent.audio.player import VirtualPlayer
from voiceagent.clock import Pace, now, run
from voiceagent.deadline import Deadline
from voiceagent.engines.fake import ScriptedSlm, ThresholdVad
from voiceagent.errors import VoiceAgentError
from voiceagent.frontend.frontend import Frontend
from voiceagent.nlu.decision import DecisionStep, Route
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.reading import Reading
from voiceagent.realtime import link
from voiceagent.routing.escalation import Escalation
from voiceagent.routing.handover import Handover
from voiceagent.routing.simulated_remote import SimulatedRemote
from voiceagent.skills.caution import Wish, spending, why_ask
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.house import Entity, Value
from voiceagent.skills.packs.outfit import Outfit
from voiceagent.store import Store
from voiceagent.stt.protocol import Recognition
from voiceagent.testing import tone

Observer = Callable[["KeyBench"], Any]
SHELF = Shelf()
"""Packs and the like are made once for all keys."""


@dataclass
class KeyBench:
    """One configuration, and what it is looked at with."""

    config: Config
    folder: Path
    """For whatever writes."""
    patch: pytest.MonkeyPatch
    made: list[Any] = field(default_factory=list)

    @classmethod
    def of(
        cls, flags: Mapping[str, object], folder: Path, patch: pytest.MonkeyPatch
    ) -> KeyBench:
        """The configuration of these flags and nothing else."""
        loaded = load_config(environ={}, folder=folder, flags=flags)
        assert all(loaded.sources[key] == "flag" for key in flags)
        return cls(loaded.config, folder, patch)

    @property
    def shop(self) -> Workshop:
        """Its workshop."""
        return Workshop(self.config, shelf=SHELF)

    def look(self, observer: Observer) -> Any:
        """What the observer sees, a user's errors included."""
        try:
            return observer(self)
        except VoiceAgentError as error:
            return type(error).__name__, error.what, error.cause

    def assembled(self, pace: Pace = Pace.VIRTUAL) -> SimpleNamespace:
        """What an agent is built from."""
        built: dict[str, Any] = {}
        self.patch.setattr(
            assembling, "build_agent", lambda **parts: built.update(parts)
        )
        options = AgentOptions(
            player=VirtualPlayer(), typed=True, silent=True, pace=pace
        )
        assembling.assemble(self.shop, options)
        return SimpleNamespace(**built)

    @property
    def escalation(self) -> Escalation:
        """The ways to larger tiers of an agent."""
        found: Escalation | None = self.assembled().brain.escalation
        assert found is not None, "no region is set"
        return found


def part(*path: str) -> Observer:
    """A part of what an agent is built from."""

    def look(bench: KeyBench) -> Any:
        thing: Any = bench.assembled()
        for name in path:
            thing = getattr(thing, name)
        return thing() if callable(thing) else thing

    return look


# Ears


def wake(bench: KeyBench) -> Any:
    """The detector and when its scores are a hit."""
    detector = bench.shop.engines.wake()
    return detector and (detector.name, bench.shop.engines.wake_rules(detector))


def verifier(bench: KeyBench) -> Any:
    """The second opinion on a wake word."""
    return type(bench.shop.engines.verifier()).__name__


def wake_hits(bench: KeyBench) -> list[float]:
    """When a word that is said once a second is a hit."""
    engines = bench.shop.engines
    gate, hits = engines.gate(engines.wake()), []
    for number in range(500):
        said = 1.0 if number % 50 < 30 else 0.0
        hit = gate.push({"hey_jarvis": said}, (number + 1) * FRAME_SAMPLES)
        hits += [hit.t] if hit else []
    return hits


def vad(bench: KeyBench) -> str:
    """The detector of voice activity."""
    return bench.shop.engines.vad().name


def frontend(bench: KeyBench) -> Frontend:
    """A front end that hears loudness alone."""
    bench.patch.setattr(Engines, "vad", lambda self: ThresholdVad())
    return bench.shop.engines.frontend(wake=False)


def waits(bench: KeyBench) -> Any:
    """The policy of the end of a turn."""
    return frontend(bench).policy


def speech_edges(bench: KeyBench) -> list[tuple[str, float]]:
    """Where speech begins and stops: a click, and a word with a pause in it."""
    front, found = frontend(bench), []
    pieces = ((0.5, 0.0), (0.1, 0.3), (0.6, 0.0), (0.4, 0.3), (0.12, 0.0), (0.4, 0.3))
    pcm = b"".join(tone(seconds, level=level) for seconds, level in (*pieces, (1, 0)))
    for at in range(0, len(pcm), 2 * FRAME_SAMPLES):
        frame = AudioFrame(pcm[at : at + 2 * FRAME_SAMPLES], at // 2)
        found += [(type(e).__name__, e.t) for e in front.push(frame)]
    return found


def asked_below(bench: KeyBench) -> float:
    """The recogniser's confidence below which the user is asked."""
    return bench.shop.engines.ask_below


def recogniser(bench: KeyBench) -> Any:
    """What a recogniser of any words is made with."""
    pytest.importorskip("faster_whisper", reason="the extra `stt` is not installed")
    from voiceagent.engines.stt import faster_whisper

    given: dict[str, Any] = {}

    def keep(model: str, **options: Any) -> None:
        given.update(options, model=model)

    bench.patch.setattr(faster_whisper, "FasterWhisperStt", keep)
    Engines(bench.config, bench.shop.language).stt()
    return given


# Meaning


def pack(bench: KeyBench) -> Any:
    """What is understood, and by whom it is answered."""
    found = bench.shop.language.pack
    return found.name, [skill.name for skill in found.skills]


def model_wanted(bench: KeyBench) -> str:
    """The language model that counts."""
    return bench.shop.library(live=False).wanted()


def guesser(bench: KeyBench) -> bool:
    """Whether anybody guesses where nobody knows."""
    return bench.assembled().brain.last_resort is not None


def model_runtime(bench: KeyBench) -> str:
    """What runs its weights."""
    return repr(runtimes(bench.config.slm))


def model_opened(bench: KeyBench) -> Any:
    """How the shipped model is opened for a live agent, and how sure it must be."""
    apart: list[bool] = []

    def opened(engines: Engines, model: Any, *, apart: bool = False) -> ScriptedSlm:
        places.append(apart)
        return ScriptedSlm({}, name=model.name)

    places = apart
    bench.patch.setattr(Engines, "slm", opened)
    library = Workshop(bench.config).library(live=True)
    slm = library.load("intents-en")
    assert slm is not None
    return places, library.limits(slm)


def model_patience(bench: KeyBench) -> Any:
    """How long a turn waits for the model."""
    given: dict[str, Any] = {}
    real = assembling.Interpreter

    def keep(*parts: Any, **options: Any) -> Any:
        given.update(options)
        return real(*parts, **options)

    bench.patch.setattr(assembling, "Interpreter", keep)
    bench.assembled()
    return given["limit"]


# Mouth and devices


def voices(bench: KeyBench) -> list[str]:
    """The voices to try."""
    return [voice.name for voice in bench.shop.engines.voices(Pace.REALTIME)]


def replies_kept(bench: KeyBench) -> int:
    """How many of some long replies are still known after the last one."""
    from voiceagent.audio.clip import Clip

    cache = Engines(bench.config, bench.shop.language).replies
    for number in range(8):
        cache.put("voice", str(number), Clip(bytes(500_000), 16_000))
    return sum(cache.get("voice", str(number)) is not None for number in range(8))


def listens(bench: KeyBench) -> Any:
    """Which devices `voiceagent listen` opens."""
    from voiceagent.audio import portaudio
    from voiceagent.cli import listen

    opened: dict[str, Any] = {}

    def microphone(wanted: Any, devices: Any) -> None:
        opened["in"] = wanted

    def one_of(device: Any, channel: int) -> None:
        opened["channel"] = channel

    def loudspeaker(wanted: str, *, without: str) -> None:
        opened["out"] = wanted
        raise Enough

    bench.patch.setattr(listen, "configure", lambda *_, **__: bench.config)
    bench.patch.setattr(portaudio, "list_devices", list)
    bench.patch.setattr(portaudio, "find_device", microphone)
    bench.patch.setattr(portaudio, "check_channel", one_of)
    bench.patch.setattr(listen, "loudspeaker", loudspeaker)
    with pytest.raises(Enough):
        listen.listen(json=True)
    return opened


class Enough(Exception):
    """All that there is to see was seen."""


def house(bench: KeyBench) -> str:
    """What the skills act upon, and why it is not there yet."""
    found = bench.shop.house(Store(None))
    return f"{type(found).__name__} {getattr(found, 'why', '')}"


def house_model(bench: KeyBench) -> Any:
    """What there is in the house."""
    (bench.folder / "house.toml").write_text(
        '[[entity]]\nname = "Lamp"\ndomain = "light"\n'
    )
    return [entity.name for entity in bench.shop.language.outfit.house.entities]


def asked_first(bench: KeyBench) -> list[bool]:
    """What is asked about before it is done, as skills are made with it."""
    hosts: list[SkillHost] = []
    opened = Outfit.open
    bench.patch.setattr(
        Outfit, "open", lambda kit, host: hosts.append(host) or opened(kit, host)
    )
    bench.assembled()
    confirm = hosts[0].confirm
    wishes: list[tuple[str, str, str, dict[str, Value]]] = [
        ("lock", "", "unlock", {}),
        ("cover", "garage", "open_cover", {}),
        ("alarm_control_panel", "", "alarm_disarm", {}),
        ("climate", "", "set_temperature", {"temperature": 28}),
    ]
    return [
        bool(why_ask(confirm, [Wish([Entity("x", "X", domain, kind=kind)], *rest)]))
        for domain, kind, *rest in wishes
    ] + [spending(confirm, Intent("order"), "order it") is not None]


def kept_at(bench: KeyBench) -> Path | None:
    """Where timers and lists are kept."""
    bench.patch.setenv("XDG_STATE_HOME", str(bench.folder / "state"))
    store = bench.shop.store()
    store.close()
    return store.path


# Larger tiers

HARD = "who wrote about the 42 whales and anna kowalski"


def handed_over(text: str = HARD) -> Handover:
    """A turn that the device cannot answer."""

    async def act(intent: Intent) -> str:
        return "done"

    return Handover(
        turn=6,
        recognition=Recognition(text, 1.0, True),
        deadline=Deadline(now() + 0.8),
        act=act,
    )


def situation(bench: KeyBench) -> Any:
    """What the plan of a turn is made from."""
    escalation = bench.escalation

    async def main() -> Any:
        return escalation.situation(handed_over())

    return run(main(), virtual=True)


def asked(bench: KeyBench) -> Any:
    """What a region is asked, after five turns."""
    escalation = bench.escalation
    for number in range(5):
        escalation.remember(f"question {number}", f"answer {number}")

    async def device() -> Reading:
        return Reading(Route("none", "no idea", DecisionStep.HAND_OVER))

    async def main() -> str:
        found = await escalation.answer(handed_over(), device)
        words = [found.words]
        if found.more is not None:
            words += [clause async for clause in found.more]
        return "".join(words)

    said = run(main(), virtual=True)
    legs = [leg.remote for leg in escalation.legs]
    return said, [leg.asked for leg in legs if isinstance(leg, SimulatedRemote)]


def money(bench: KeyBench) -> Any:
    """What an answer costs, and whether it may."""
    from voiceagent.app.till import make_meter

    meter = make_meter(bench.config, None)
    price = meter.expected("voiceagent", 400)
    return price, meter.over("voiceagent", 400), meter.currency


@dataclass
class Line:
    """A socket to a region that greets and then answers nothing."""

    loop: asyncio.AbstractEventLoop
    pings: list[float] = field(default_factory=list)
    aborted: list[float] = field(default_factory=list)
    response: None = None

    @property
    def transport(self) -> Line:
        """Itself."""
        return self

    def get_extra_info(self, name: str) -> None:
        """Nothing."""

    def abort(self) -> None:
        """The client gave it up."""
        self.aborted.append(now())

    async def recv(self) -> str:
        """The greeting."""
        return json.dumps({"type": "session.created", "event_id": "e", "session": {}})

    async def send(self, message: str) -> None:
        """Taken."""

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Gone."""

    async def ping(self) -> asyncio.Future[float]:
        """Never answered."""
        self.pings.append(now())
        return self.loop.create_future()

    async def __aiter__(self) -> AsyncIterator[str]:
        await asyncio.sleep(1e6)
        yield ""


def dialled(bench: KeyBench) -> Any:
    """How a region is called over a socket, and when it is given up."""
    called: list[Any] = []

    @asynccontextmanager
    async def connect(url: str, **options: Any) -> AsyncIterator[Line]:
        tls, headers = options["ssl"], options["additional_headers"]
        trusted = len(tls.get_ca_certs()) if tls is not None else None
        line = Line(asyncio.get_running_loop())
        called.append((url, headers, trusted, line.pings, line.aborted))
        yield line

    for module in users_of(link.Direct, realtime):
        bench.patch.setattr(module, "Direct", connect)
    for name in ("VOICEAGENT_REGION_TOKEN", "OTHER_TOKEN"):
        bench.patch.setenv(name, f"token of {name}")

    async def main() -> None:
        brain = bench.assembled(Pace.REALTIME).brain
        assert brain.escalation is not None
        async with asyncio.TaskGroup() as group:
            tasks = []
            for leg in brain.escalation.legs:
                tasks.append(group.create_task(leg.remote.run()))
                tasks.append(group.create_task(_ask(leg.remote)))
            await asyncio.sleep(20.0)
            for task in tasks:
                task.cancel()

    run(main(), virtual=True)
    return called


def users_of(function: Any, package: Any) -> list[Any]:
    """The modules of a package that have imported a function by its name."""
    found = (
        importlib.import_module(f"{package.__name__}.{one.name}")
        for one in pkgutil.iter_modules(package.__path__)
    )
    return [one for one in found if getattr(one, function.__name__, None) is function]


async def _ask(remote: Any) -> None:
    from regions import envelope, question

    async for _ in remote.ask(question("why"), envelope()):
        pass


# Spans


class Spans:
    """An exporter that keeps what it is given."""

    def __init__(self) -> None:
        self.kept: list[Any] = []

    def export(self, spans: Any) -> None:
        """Keep them."""
        self.kept += spans

    def shutdown(self) -> None:
        """Nothing to let go."""

    def force_flush(self, timeout: int = 0) -> bool:
        """Nothing waits."""
        return True


def spans(bench: KeyBench) -> Any:
    """What a collector is told of a turn."""
    pytest.importorskip("opentelemetry.sdk", reason="the extra `otel` is not installed")
    from agents import Stage

    from voiceagent.trace.opentelemetry import Telemetry

    exporter, stage = Spans(), Stage()
    stage.play((0.5, 0.0), (0.4, 0.3), (0.2, 0.0), (1.2, 0.3), (4.0, 0.0))
    telemetry = Telemetry(bench.config.telemetry, exporter, words=str)
    for record in stage.records:
        telemetry.record(record)
    telemetry.close()
    return [
        (span.name, sorted(span.attributes), span.resource.attributes["service.name"])
        for span in exporter.kept
    ]


def collector(bench: KeyBench) -> Any:
    """Where spans are sent by an agent that listens, if anywhere."""
    pytest.importorskip("opentelemetry.sdk", reason="the extra `otel` is not installed")
    exporting = pytest.importorskip(
        "opentelemetry.exporter.otlp.proto.http.trace_exporter"
    )
    sent: list[str] = []

    class Exporter(Spans):
        def __init__(self, endpoint: str, timeout: float) -> None:
            super().__init__()
            sent.append(endpoint)

    bench.patch.setattr(exporting, "OTLPSpanExporter", Exporter)
    region(bench)
    return sent


# A region

PRICES = """\
currency = "EUR"

[[price]]
model = "voiceagent"
valid_from = 2025-01-01
per_answer = 0.5
"""


def furnish(folder: Path, *, certificates: bool) -> None:
    """Files that some keys name."""
    (folder / "prices.toml").write_text(PRICES)
    (folder / "contacts.txt").write_text("whales\n")
    (folder / "skill").mkdir()
    (folder / "skill" / "intents.yaml").write_text(DRINKS)
    if certificates:
        pytest.importorskip("cryptography", reason="the extra `region` is missing")
        from voiceagent.door.tls import make_certificates

        make_certificates(folder / "tls", "local", "localhost")


def documents(bench: KeyBench) -> Path:
    """A folder with one document."""
    folder = bench.folder / "documents"
    folder.mkdir(exist_ok=True)
    (folder / "whales.md").write_text("# Whales\n\nThe whale is 25 metres long.\n")
    return folder


def region(bench: KeyBench) -> dict[str, Any]:
    """What a region's server is made from."""
    from voiceagent.app import region_server
    from voiceagent.region import server

    given: dict[str, Any] = {}
    real = server.RegionServer

    def keep(config: Any, backend: Any, memory: Any, **parts: Any) -> Any:
        made = real(config, backend, memory, **parts)
        given.update(parts, server=made)
        return made

    bench.patch.setattr(server, "RegionServer", keep)
    bench.patch.setattr(region_server, "make_ears", lambda *_: None)
    bench.patch.setenv("OTHER_SECRET", "0" * 32)
    region_server.make_region(bench.shop, [documents(bench)], state=bench.folder)
    return given


def region_part(name: str) -> Observer:
    """One of the parts of a region's server."""
    return lambda bench: region(bench)[name]


def region_answers(bench: KeyBench) -> Any:
    """Where a region stands, and how many answers it makes at once."""
    services = region(bench)["server"].services
    with ExitStack() as held:
        while services.slots.free() and services.slots.taken < 100:
            held.enter_context(services.slots.one())
        return services.region, services.slots.taken


def region_shares_its_port(bench: KeyBench) -> bool:
    """Whether another one can listen beside it."""
    server = region(bench)["server"]

    async def main() -> int:
        (step,) = await server._ports.listen()
        with step:
            return int(step.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT))

    return bool(run(main()))


def region_trusts(bench: KeyBench) -> Any:
    """Where somebody comes from by the word of a proxy."""
    proxies = region(bench)["server"].entrance.proxies
    return proxies.origin("10.1.1.1", ["9.9.9.9"])


def region_longest(bench: KeyBench) -> Any:
    """How long an answer may take in all."""
    return region(bench)["server"].services.longest_answer


def region_holds(bench: KeyBench) -> Any:
    """How much one may keep in a region: bytes, and seconds of sound."""
    services = region(bench)["server"].services
    return [
        next(size for size in range(0, 10**10, step) if not held.room("one", size))
        for held, step in ((services.kept, 10**7), (services.sound, 10))
    ]


def backend(bench: KeyBench) -> str:
    """Who answers in a region."""
    from voiceagent.app.region_server import make_backend

    return make_backend(bench.config, None).name  # type: ignore[arg-type]


def region_greets(bench: KeyBench) -> Any:
    """What a client is told of its session, ids and secrets aside."""
    from websockets.asyncio.client import connect

    server = region(bench)["server"]
    told: list[Any] = []

    async def main() -> None:
        stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
        running = asyncio.create_task(server.run(ready.set_result, stop.wait))
        async with connect(f"{await ready}?voiceagent=1", proxy=None) as line:
            told.extend([json.loads(await line.recv()) for _ in range(2)])
        stop.set()
        await running

    run(main())
    return [
        {key: value for key, value in event.items() if isinstance(value, float | int)}
        for event in told
    ]


def drained_in(bench: KeyBench) -> float:
    """Seconds that a region goes on for an answer that does not end."""
    server = region(bench)["server"]

    async def main() -> float:
        endless = asyncio.get_running_loop().create_task(asyncio.sleep(1e6))

        async def flush() -> None:
            """Nothing waits."""

        live = SimpleNamespace(
            making={endless},
            do=lambda steps: None,
            session=SimpleNamespace(draining=lambda: None),
            flush=flush,
        )
        server.sessions.connected["one"] = live
        await server.drain()
        endless.cancel()
        return now()

    return run(main(), virtual=True)


def region_admits(bench: KeyBench) -> Any:
    """Where a region listens, and whom it lets in: two pages of a web origin."""
    from websockets.asyncio.client import connect
    from websockets.exceptions import InvalidStatus

    server = region(bench)["server"]
    answers: list[object] = []

    async def main() -> None:
        stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
        running = asyncio.create_task(server.run(ready.set_result, stop.wait))
        url = await ready
        answers.append(url.rpartition(":")[2] if bench.config.serve.port else "free")
        held = []
        try:
            for origin in (None, None, "https://page.example"):
                try:
                    held.append(await connect(url, origin=origin, proxy=None))
                    answers.append("in")
                except InvalidStatus as error:
                    answers.append(error.response.status_code)
        finally:
            for socket_ in held:
                await socket_.close()
            stop.set()
            await running

    run(main())
    return answers


def free_port() -> int:
    """A port of this machine that nobody has."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def region_ears(bench: KeyBench) -> Any:
    """Who puts what edges send into words."""
    from voiceagent.app.engines import Engines
    from voiceagent.app.region_ears import make_listener
    from voiceagent.app.region_server import make_ears

    given: dict[str, Any] = {}

    def dictation(engines: Engines, sentences: Any, **options: Any) -> Any:
        given.update(options)
        return lambda pcm: ""

    bench.patch.setattr(Engines, "dictation", dictation)
    make_listener(bench.config, ())
    ears = make_ears(bench.config, SimpleNamespace(sentences=list))  # type: ignore[arg-type]
    return given, ears.processes


def read_documents(bench: KeyBench) -> Any:
    """The documents that a region knows."""
    from voiceagent.app.region_server import documents_of

    return documents_of(bench.config, [])


def region_memory(bench: KeyBench) -> Any:
    """Where conversations are kept."""
    from voiceagent.app.region_server import home_of, make_memory
    from voiceagent.region import nats_memory

    bench.patch.setattr(nats_memory, "OPENING", 0.1)
    bench.patch.setenv("XDG_STATE_HOME", str(bench.folder / "state"))
    home = home_of(bench.config)

    async def load() -> Any:
        memory = make_memory(bench.config, home)
        try:
            return await memory.load("nobody")
        except VoiceAgentError as error:
            return error.what, error.cause
        finally:
            await memory.close()

    return home, run(load())


def upstream(bench: KeyBench) -> Any:
    """How an upstream server is asked."""
    httpx = pytest.importorskip("httpx", reason="the extra `region` is not installed")
    from voiceagent.app.region_server import make_backend
    from voiceagent.region.backend import Request

    seen: list[Any] = []

    class Client:
        def __init__(self, **options: Any) -> None:
            seen.append({key: repr(value) for key, value in options.items()})

        def stream(self, method: str, path: str, **options: Any) -> Any:
            seen.append(options["json"]["model"])
            raise httpx.ConnectError("not here")

    class Known:
        def search(self, text: str, most: int) -> list[Any]:
            """Nothing is known."""
            seen.append(most)
            return []

    bench.patch.setattr(httpx, "AsyncClient", Client)
    bench.patch.setenv("UPSTREAM_KEY", "a key")
    backend = make_backend(bench.config, Known())  # type: ignore[arg-type]

    async def main() -> None:
        from voiceagent.message import Message

        asking = Request(messages=(Message("user", "why"),))
        with pytest.raises(VoiceAgentError):
            async for _ in backend.answer(asking):
                pass

    run(main())
    return backend.name, seen


def llama_bound(bench: KeyBench) -> Any:
    """Whether a region's own model is bound to the documents."""
    from voiceagent.app.region_server import make_backend
    from voiceagent.region import llama

    header = SimpleNamespace(metadata={"tokenizer.chat_template": "{{ messages }}"})
    bench.patch.setattr(llama.importlib.util, "find_spec", lambda name: object())
    bench.patch.setattr(llama, "read_header", lambda path: header)
    backend = make_backend(bench.config, None)  # type: ignore[arg-type]
    return type(backend).__name__


def llama_child(bench: KeyBench) -> Any:
    """What the process with a region's own model is told."""
    from voiceagent.app.region_server import make_backend
    from voiceagent.region import llama

    told: list[Any] = []

    async def start(*arguments: str, **_: Any) -> Any:
        told.append(json.loads(arguments[-1]))
        raise Enough

    header = SimpleNamespace(metadata={"tokenizer.chat_template": "{{ messages }}"})
    bench.patch.setattr(llama.importlib.util, "find_spec", lambda name: object())
    bench.patch.setattr(llama, "read_header", lambda path: header)
    bench.patch.setattr(llama.asyncio, "create_subprocess_exec", start)
    backend = make_backend(bench.config, None)  # type: ignore[arg-type]

    async def main() -> None:
        with pytest.raises(Enough):
            await backend.start()

    run(main())
    return told


def gateway(bench: KeyBench) -> Any:
    """Servers behind it, names it is called by, and calls at once."""
    from voiceagent.app.gateway import make_gateway
    from voiceagent.door.admission import Refusal

    async def main() -> Any:
        made = make_gateway(kept_apart(bench))
        named = made.door.caller([(b"host", b"edge.example")], "127.0.0.1")
        at_once = 0
        while made.path.steps.rates.take("somebody", 0.0):
            at_once += 1
        return [*made.catalogue.upstreams], isinstance(named, Refusal), at_once

    try:
        return run(main())
    except VoiceAgentError as error:
        return error.what


def gateway_address(bench: KeyBench) -> Any:
    """Where it listens."""
    from voiceagent.app.gateway import make_gateway

    async def main() -> Any:
        config, stop, found = kept_apart(bench), asyncio.Event(), list[str]()
        stop.set()
        wanted = config.gateway
        await make_gateway(config).serve(wanted.host, wanted.port, found.append, stop)
        return found

    try:
        return run(main())
    except VoiceAgentError as error:
        return error.what


def kept_apart(bench: KeyBench) -> Config:
    store = msgspec.structs.replace(bench.config.store, folder=str(bench.folder))
    return msgspec.structs.replace(bench.config, store=store)
