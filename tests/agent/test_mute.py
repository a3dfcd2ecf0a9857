"""The microphone is as it was left, after a restart too."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.agent.mute import StoredMute
from voiceagent.store import Store

pytestmark = pytest.mark.unit


def test_it_is_as_it_was_left(tmp_path: Path) -> None:
    for left in (True, True, False):
        store = Store(tmp_path / "state.sqlite")
        StoredMute(store).keep(left)
        store.close()
        again = Store(tmp_path / "state.sqlite")
        assert StoredMute(again).muted() is left
        again.close()


def test_who_never_muted_it_is_heard() -> None:
    assert not StoredMute(Store(None)).muted()
