"""Counts are the region's own; the page shows just those."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from voiceagent.region.metrics import COUNTERS, LEVELS, Metrics
from voiceagent.region.slots import AnswerSlots

pytestmark = [pytest.mark.unit, pytest.mark.property]
LABELS = st.sampled_from(["a", "b b", 'c"\\'])
COUNTS = st.lists(st.tuples(st.sampled_from(list(COUNTERS)), LABELS), max_size=40)


def samples(metrics: Metrics) -> dict[tuple[str, str], float]:
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
    }


@given(COUNTS, st.integers(0, 9))
def test_the_page_shows_what_was_counted(
    counted: list[tuple[str, str]], level: int
) -> None:
    metrics = Metrics(dict.fromkeys(LEVELS, lambda: level))
    wanted: dict[tuple[str, str], float] = {}
    for name, label in counted:
        shown, _, labelled = COUNTERS[name]
        label = label if labelled else ""
        metrics.count(name, label)
        key = f"voiceagent_{shown}_total", label
        wanted[key] = wanted.get(key, 0.0) + 1
    page = samples(metrics)
    assert {key: page[key] for key in wanted} == wanted
    assert all(page[f"voiceagent_{shown}", ""] == level for shown, _ in LEVELS.values())


def test_what_is_no_counter_is_refused() -> None:
    metrics = Metrics()
    with pytest.raises(KeyError):
        metrics.count("nothing")
    with pytest.raises(ValueError, match="label"):
        metrics.count("responses")
    with pytest.raises(ValueError, match="label"):
        metrics.count("slow", "very")


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 5))
def test_no_more_slots_are_taken_than_there_are(steps: list[bool], most: int) -> None:
    slots, held = AnswerSlots(most), []
    for take in steps:
        if take and slots.free():
            held.append(slots.one())
            held[-1].__enter__()
        elif take:
            with pytest.raises(ValueError, match="slots are taken"), slots.one():
                pass
        elif held:
            held.pop().__exit__(None, None, None)
        assert slots.taken == len(held) <= most
