"""What a report says of its making: hashes and names, no value of a configuration."""

from __future__ import annotations

import re

import pytest

from voiceagent.app.config import Config
from voiceagent.app.provenance import provenance
from voiceagent.skills.config import PackConfig
from voiceagent.stt.config import SttConfig

pytestmark = pytest.mark.unit
HASH = re.compile(r"\b[0-9a-f]{12}\b")


def test_the_defaults_are_called_so_and_have_a_hash() -> None:
    told = provenance(Config())
    assert told["configuration"].startswith("the defaults (")
    assert all(HASH.search(line) for line in told.values() if line)
    assert told == provenance(Config())


def test_a_change_is_named_without_its_value_and_changes_the_hash() -> None:
    told = provenance(Config(pack=PackConfig(area="Secret Room")))
    assert told["configuration"].startswith("pack.area (")
    assert "Secret" not in "".join(told.values())
    usual = HASH.findall(provenance(Config())["configuration"])
    assert HASH.findall(told["configuration"]) != usual


def test_the_second_recogniser_is_named_only_where_it_hears() -> None:
    alone = provenance(Config(stt=SttConfig(second="none")))
    assert "moonshine" not in alone["engines"] and "pocketsphinx" in alone["engines"]
