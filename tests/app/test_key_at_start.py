"""A key that signs nothing is told when a session begins; the lamps are not asked."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from voiceagent.app.assemble import assemble
from voiceagent.app.config import Config
from voiceagent.app.options import AgentOptions
from voiceagent.app.region_server import make_region
from voiceagent.app.workshop import Workshop
from voiceagent.audio.player import VirtualPlayer
from voiceagent.audio.source import Quiet
from voiceagent.clock import Pace, run
from voiceagent.errors import StoreError
from voiceagent.trace.events import Degraded
from voiceagent.trace.trace import Trace
from voiceagent.trace.turn_rows import turn_rows

pytestmark = pytest.mark.fault


@pytest.mark.parametrize("held", [b"", bytes(31), bytes(33)])
def test_a_key_of_another_length(held: bytes, tmp_path: Path) -> None:
    (tmp_path / "device.key").write_bytes(held)
    (tmp_path / "region.key").write_bytes(held)
    config = {"store": {"folder": str(tmp_path)}, "region": {"url": "sim://ok"}}
    shop = Workshop(msgspec.convert(config, Config))
    for text, reply in (
        ("set a timer for five minutes", "Timer set for five minutes"),
        ("who wrote about the 42 whales", "so I didn't ask"),
    ):
        trace, store = Trace(), shop.store()
        options = AgentOptions(
            player=VirtualPlayer(),
            pace=Pace.MEASURED,
            store=store,
            trace=trace,
            silent=True,
            typed=True,
        )
        run(assemble(shop, options).run(Quiet(), typed=text), virtual=True)
        (row,) = turn_rows(trace)
        assert reply in row.reply
        (told,) = [e for _, e in trace if isinstance(e, Degraded)]
        assert "bytes of 32" in told.why and f"mv {tmp_path}" in told.hint
        store.close()
    with pytest.raises(StoreError, match="bytes of 32"):
        make_region(shop, [])
    assert (tmp_path / "device.key").read_bytes() == held
