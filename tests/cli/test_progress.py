"""Progress of what takes minutes, where nobody looks at a terminal."""

from __future__ import annotations

import pytest

from voiceagent.cli.eval import counter

pytestmark = pytest.mark.cli


@pytest.mark.parametrize(("total", "lines"), [(1, 1), (7, 7), (10, 10), (1000, 10)])
def test_a_pipe_hears_of_each_tenth(
    capsys: pytest.CaptureFixture[str], total: int, lines: int
) -> None:
    told = counter("voices", piped=True)
    for done in range(total + 1):
        told(done, total)
    out, said = capsys.readouterr()
    assert out == "" and len(said.splitlines()) == lines
    assert said.splitlines()[-1] == f"voices: {total} of {total}"


def test_nothing_to_do_and_short_work_say_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    counter("voices", piped=True)(0, 0)
    for done in range(9):
        counter("voices")(done, 8)
    assert capsys.readouterr() == ("", "")
