"""Whatever breaks, and whenever: the turn is answered and the session goes on."""

import pytest
from chaos import PARTS, run_faults

pytestmark = pytest.mark.soak


@pytest.mark.parametrize("seed", [1, 2])
def test_random_faults_end_no_session_and_leave_no_turn_unanswered(seed: int) -> None:
    came = run_faults(turns=40, faults=2 * len(PARTS), seed=seed)
    assert came.turns == 40 and came.ended == 1
    assert came.silent == [] and came.late == []
    assert came.half_done == 0
    assert sum(came.struck.values()) >= len(PARTS)
