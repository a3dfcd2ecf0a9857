"""Every key has an effect: set to another legal value, something that can be seen from
outside is another. A key without a row here fails, so that nobody adds one that nobody
reads."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

import key_observers as see
import pytest
from key_observers import KeyBench, Observer, part

from voiceagent.app.config import Config
from voiceagent.engines.stt.moonshine.presence import moonshine_folder

pytestmark = pytest.mark.unit
PYTHON = sys.executable


@dataclass(frozen=True)
class Row:
    """How the effect of a key is seen."""

    other: object
    """Another legal value; `{folder}` stands for a folder of the test's own."""
    seen: Observer
    beside: Mapping[str, object] = field(default_factory=dict)
    """What is set in both cases."""
    also: Mapping[str, object] = field(default_factory=dict)
    """What is set with the other value only, since it would be refused before."""


REGION = {"region.url": "sim://ok"}
BACKUP = {**REGION, "region.backup_url": "sim://ok"}
LINE = {"region.url": "ws://127.0.0.1:9/v1/realtime", "slm.model": "none"}
TWO_LINES = {**LINE, "region.backup_url": "ws://127.0.0.1:9/v1/backup"}
TLS_LINE = {**LINE, "region.url": "wss://127.0.0.1:9/v1/realtime"}
TEXT = {**REGION, "privacy.leaves": "text"}
WHISPER = {"stt.engine": "faster_whisper", "stt.model": "/weights"}
COMMAND = {"speak.voice": "command", "speak.command": [PYTHON]}
PRICED = {"cost.prices": "{folder}/prices.toml"}
CHAT = {"serve.backend": "chat", "upstream.url": "http://127.0.0.1:9/v1"}
LLAMA = {"serve.backend": "llama", "llama.model": "/weights.gguf"}
OTLP = {"telemetry.otlp": "http://127.0.0.1:9/v1/traces"}
CERTIFIED = {"serve.certificate": "{folder}/tls/server.pem"}

TABLE = {
    "wake.words": Row(["alexa"], see.wake),
    "wake.engine": Row("none", see.wake),
    "wake.verifier": Row("openwakeword", see.verifier),
    "wake.threshold": Row(0.99, see.wake),
    "wake.refractory_ms": Row(3000.0, see.wake_hits),
    "wake.earcon": Row(False, part("options", "wake_earcon")),
    "vad.engine": Row("webrtcvad", see.vad),
    "vad.onset_ms": Row(200.0, see.speech_edges),
    "vad.hangover_ms": Row(300.0, see.speech_edges),
    "endpoint.patience": Row(2.0, see.waits),
    "endpoint.answer_ms": Row(9000.0, see.waits),
    "endpoint.complete_ms": Row(900.0, see.waits),
    "endpoint.extensible_ms": Row(900.0, see.waits),
    "endpoint.incomplete_ms": Row(2500.0, see.waits),
    "endpoint.unknown_ms": Row(900.0, see.waits),
    "endpoint.no_speech_ms": Row(9000.0, see.waits),
    "endpoint.max_turn_ms": Row(9000.0, see.waits),
    "stt.engine": Row("faster_whisper", see.asked_below),
    "stt.model": Row("/other", see.recogniser, beside=WHISPER),
    "stt.language": Row("de", see.recogniser, beside=WHISPER),
    "stt.min_confidence": Row(0.7, see.recogniser, beside=WHISPER),
    "stt.second": Row("none" if moonshine_folder() else "moonshine", see.asked_below),
    "stt.ask_below": Row(0.9, see.asked_below),
    "slm.model": Row("none", see.model_wanted),
    "slm.answers": Row("smollm2", see.guesser),
    "slm.engine": Row("xllamacpp", see.model_runtime),
    "slm.process": Row(False, see.model_opened),
    "slm.limit_ms": Row(100.0, see.model_patience),
    "route.local_share": Row(0.2, see.model_opened),
    "route.max_risk": Row(0.3, see.model_opened),
    "speak.voice": Row("command", see.voices, also={"speak.command": [PYTHON]}),
    "speak.command": Row([PYTHON, "-c", "pass"], see.voices, beside=COMMAND),
    "speak.volume": Row(0.2, part("voice", "volume")),
    "speak.cache_mb": Row(1.0, see.replies_kept),
    "budget.response_ms": Row(1500.0, part("budget")),
    "budget.reserve_ms": Row(200.0, part("budget")),
    "audio.device": Row("Yeti", see.listens),
    "audio.channel": Row(2, see.listens),
    "audio.output": Row("HDMI", see.listens),
    "audio.duplex": Row("full", part("options", "full_duplex")),
    "pack.folder": Row("coffee", see.pack),
    "pack.skills": Row(["{folder}/skill"], see.pack),
    "pack.house": Row("{folder}/house.toml", see.house_model),
    "pack.area": Row("Kitchen", part("brain", "area")),
    "home_assistant.url": Row("http://house.local:8123", see.house),
    "home_assistant.token_env": Row(
        "OTHER", see.house, beside={"home_assistant.url": "http://house.local:8123"}
    ),
    "confirm.unlock": Row(False, see.asked_first),
    "confirm.open": Row([], see.asked_first),
    "confirm.disarm": Row(False, see.asked_first),
    "confirm.heat_above": Row(30.0, see.asked_first),
    "confirm.spend": Row(False, see.asked_first),
    "store.folder": Row("{folder}/store", see.kept_at),
    "region.url": Row("sim://ok", part("engines")),
    "region.model": Row("large", part("engines"), beside=REGION),
    "region.token_env": Row("OTHER_TOKEN", see.dialled, beside=LINE),
    "region.backup_url": Row("sim://ok", part("engines"), beside=REGION),
    "region.backup_model": Row("large", part("engines"), beside=BACKUP),
    "region.backup_token_env": Row("OTHER_TOKEN", see.dialled, beside=TWO_LINES),
    "region.pin": Row("eu-west", see.situation, beside=REGION),
    "region.ca_file": Row("{folder}/tls/authority.pem", see.dialled, beside=TLS_LINE),
    "region.certificate": Row("{folder}/tls/none.pem", see.dialled, beside=TLS_LINE),
    "region.hedge": Row("off", see.situation, beside=REGION),
    "region.tools": Row(["light.*"], see.asked, beside=TEXT),
    "region.wait_ms": Row(3000.0, part("brain", "patience"), beside=REGION),
    "region.heartbeat_ms": Row(500.0, see.dialled, beside=LINE),
    "region.dead_ms": Row(5000.0, see.dialled, beside=LINE),
    "privacy.leaves": Row("text", see.asked, beside=REGION),
    "privacy.classes": Row({"question": "summary"}, see.asked, beside=REGION),
    "privacy.contacts": Row("{folder}/contacts.txt", see.asked, beside=REGION),
    "privacy.names": Row(["whales"], see.asked, beside=REGION),
    "privacy.context_turns": Row(1, see.asked, beside=TEXT),
    "cost.prices": Row("{folder}/prices.toml", see.money),
    "cost.per_turn": Row(1e-9, see.money, beside=PRICED),
    "cost.per_day": Row(1e-9, see.money, beside=PRICED),
    "cost.per_month": Row(1e-9, see.money, beside=PRICED),
    "telemetry.otlp": Row("http://127.0.0.1:9/v1/traces", see.collector),
    "telemetry.content": Row(True, see.spans, beside=OTLP),
    "telemetry.service": Row("kitchen", see.spans, beside=OTLP),
    "serve.host": Row("0.0.0.0", see.region_answers),
    "serve.port": Row(see.free_port(), see.region_admits),
    "serve.region": Row("eu-west", see.region_answers),
    "serve.backend": Row("chat", see.backend, also={"upstream.url": "http://a"}),
    "serve.secret_env": Row("OTHER_SECRET", see.region_part("token_secret")),
    "serve.secret_file": Row("{folder}/none.secret", see.region_answers),
    "serve.certificate": Row("{folder}/none.pem", see.region_answers),
    "serve.client_ca": Row("{folder}/none.pem", see.region_answers, beside=CERTIFIED),
    "serve.origins": Row(["https://page.example"], see.region_admits),
    "serve.reuse_port": Row(True, see.region_shares_its_port),
    "serve.proxies": Row(["10.0.0.0/8"], see.region_trusts),
    "serve.answer_ms": Row(2000.0, see.region_longest),
    "serve.kept_mb": Row(64.0, see.region_holds),
    "serve.waiting_ms": Row(120_000.0, see.region_holds),
    "serve.max_sessions": Row(1, see.region_admits),
    "serve.max_responses": Row(1, see.region_answers),
    "serve.resume_ms": Row(5000.0, see.region_greets),
    "serve.drain_ms": Row(2000.0, see.drained_in),
    "serve.stt": Row("faster_whisper", see.region_ears),
    "serve.ears": Row(3, see.region_ears),
    "serve.stt_model": Row("/weights", see.region_ears),
    "knowledge.folders": Row(["{folder}"], see.read_documents),
    "knowledge.passages": Row(2, see.upstream, beside=CHAT),
    "upstream.url": Row("http://127.0.0.1:8/v1", see.upstream, beside=CHAT),
    "upstream.model": Row("large", see.upstream, beside=CHAT),
    "upstream.key_env": Row("UPSTREAM_KEY", see.upstream, beside=CHAT),
    "upstream.limit_ms": Row(1000.0, see.upstream, beside=CHAT),
    "llama.model": Row("/other.gguf", see.llama_child, beside=LLAMA),
    "llama.grounded": Row(True, see.llama_bound, beside=LLAMA),
    "llama.slots": Row(2, see.llama_child, beside=LLAMA),
    "llama.context": Row(4096, see.llama_child, beside=LLAMA),
    "llama.threads": Row(1, see.llama_child, beside=LLAMA),
    "gateway.host": Row("0.0.0.0", see.gateway),
    "gateway.port": Row(see.free_port(), see.gateway_address),
    "gateway.hosts": Row(["edge.example"], see.gateway),
    "gateway.policy": Row("{folder}/none.cedar", see.gateway),
    "gateway.calls_per_s": Row(1.0, see.gateway),
    "gateway.servers": Row({"clock": {"command": ["true"]}}, see.gateway),
    "memory.kind": Row("nats", see.region_memory),
    "memory.folder": Row("{folder}/memory", see.region_memory),
    "memory.url": Row(
        "nats://127.0.0.1:8", see.region_memory, beside={"memory.kind": "nats"}
    ),
    "memory.keep_hours": Row(1.0, see.region_part("keep")),
}


def keys() -> list[str]:
    """Every key of every section."""
    sections = get_type_hints(Config)
    return [
        f"{section}.{key}"
        for section, kind in sections.items()
        for key in kind.__struct_fields__
    ]


def test_every_key_has_a_row() -> None:
    assert set(keys()) == set(TABLE)


def placed(value: Any, folder: Path) -> Any:
    """The value with the test's own folder in it."""
    if isinstance(value, str):
        return value.replace("{folder}", str(folder))
    return [placed(one, folder) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("key", keys())
def test_a_key_has_an_effect(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = TABLE[key]
    see.furnish(tmp_path, certificates=".pem" in str(entry))
    found = []
    for flags in (entry.beside, {**entry.beside, **entry.also, key: entry.other}):
        given = {name: placed(value, tmp_path) for name, value in flags.items()}
        with monkeypatch.context() as patch:
            bench = KeyBench.of(given, tmp_path, patch)
            found.append(bench.look(entry.seen))
    assert found[0] != found[1], "nobody can tell the difference"
