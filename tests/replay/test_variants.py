"""What-if variants share whatever does not depend on the values that differ."""

from __future__ import annotations

import pytest

from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.errors import ConfigError
from voiceagent.replay.variants import Variants

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def variants() -> Variants:
    return Variants(Workshop(Config()))


def test_the_same_values_give_the_same_workshop(variants: Variants) -> None:
    one = variants.workshop({"budget.response_ms": 500.0})
    assert one is variants.workshop({"budget.response_ms": 500.0})
    assert one is not variants.workshop({"budget.response_ms": 501.0})
    assert one.config.budget.response_ms == 500.0
    assert variants.base.config.budget.response_ms == 800.0


def test_what_does_not_depend_on_the_values_is_the_same(variants: Variants) -> None:
    base, other = variants.base, variants.workshop({"endpoint.patience": 2.0})
    assert other.language.grammar is base.language.grammar
    assert other.language.parser is base.language.parser
    assert other.engines.replies is base.engines.replies
    assert other.config.endpoint.patience == 2.0


def test_what_depends_on_them_is_another(variants: Variants) -> None:
    base = variants.base
    area = variants.workshop({"pack.area": "Kitchen"})
    assert area.language.parser is not base.language.parser
    assert area.language.pack is base.language.pack
    coffee = variants.workshop({"pack.folder": "coffee"})
    assert coffee.language.pack is not base.language.pack
    silent = variants.workshop({"wake.engine": "none"})
    assert silent.language.grammar is not base.language.grammar
    assert silent.language.pack is base.language.pack


def test_with_a_region_the_recogniser_is_another(variants: Variants) -> None:
    values: dict[str, object] = {"region.url": "sim://ok"}
    one = variants.workshop(values)
    other = variants.workshop({**values, "budget.response_ms": 500.0})
    assert one.language.open_domain and not variants.base.language.open_domain
    assert one.language.key == other.language.key != variants.base.language.key
    assert one.language.grammar is variants.base.language.grammar
    assert one.asking is other.asking


@pytest.mark.parametrize(
    "values",
    [
        {"stt.engine": "siri"},
        {"stt.enginge": "pocketsphinx"},
        {"sst.engine": "pocketsphinx"},
        {"budget.response_ms": "soon"},
    ],
)
def test_wrong_values_are_refused(
    variants: Variants, values: dict[str, object]
) -> None:
    with pytest.raises(ConfigError, match="scenario configuration"):
        variants.workshop(values)
