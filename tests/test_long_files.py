"""The files that begin first are there, each once."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.unit
HERE = Path(__file__).parent


def test_every_long_file_is_there_and_named_once() -> None:
    names = (HERE / "data" / "long_files.txt").read_text().split()
    assert len(names) == len(set(names))
    assert [name for name in names if not (HERE.parent / name).is_file()] == []


def test_they_begin_first(request: pytest.FixtureRequest) -> None:
    names = (HERE / "data" / "long_files.txt").read_text().split()
    places = {HERE.parent / name: at for at, name in enumerate(names)}
    order = [places.get(item.path, len(places)) for item in request.session.items]
    assert order == sorted(order)
