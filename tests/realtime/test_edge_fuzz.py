"""Whatever a server sends, an edge raises nothing, and the next good answer is one."""

import pytest
from edge_fuzz import fuzzed_edge

pytestmark = [pytest.mark.unit, pytest.mark.property]


@pytest.mark.parametrize("seed", range(8))
def test_events_with_anything_in_them_are_a_fault_of_the_server_alone(
    seed: int,
) -> None:
    assert fuzzed_edge(seed, 100)[0] == []
