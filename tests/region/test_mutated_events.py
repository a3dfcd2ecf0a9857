"""A share of what `scripts/fuzz_wire.py` sends: nothing of it breaks a session."""

import pytest
from wire_fuzz import fuzzed

from voiceagent.clock import run

pytestmark = pytest.mark.fault


@pytest.mark.parametrize("seed", range(8))
def test_whatever_a_client_sends_is_taken_or_refused(seed: int) -> None:
    problems, told = run(fuzzed(seed), virtual=True)
    assert problems == []
    assert told["session.created"] == 1
