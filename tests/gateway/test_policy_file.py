"""The file of the policy: changed while calls run, gone, cut, too large."""

from pathlib import Path

import pytest
from policies import CLOCK, HOUSE, asked, world

from voiceagent.errors import ConfigError
from voiceagent.gateway import policy_file
from voiceagent.gateway.policy import ToolPolicies
from voiceagent.gateway.policy_file import PolicyFile

pytest.importorskip("cedarpy", reason="the extra `gateway` is not installed")
pytestmark = pytest.mark.fault

ALL = "permit (principal, action, resource);"
NONE = "forbid (principal, action, resource);"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_file, "PAUSE", 0.0)


def test_a_file_is_in_force_as_it_is(tmp_path: Path) -> None:
    path, made = tmp_path / "policy.cedar", ToolPolicies()
    file = PolicyFile(path, made)
    assert not file.look(world()) and isinstance(file.trouble, ConfigError)
    assert not asked(made).allowed
    for text, allowed in [(ALL, True), (NONE, False), (ALL, True), ("", False)]:
        path.write_text(text, "utf-8")
        assert file.look(world()) and file.trouble is None
        assert asked(made).allowed is allowed
        assert not file.look(world())


@pytest.mark.parametrize(
    "raw", [b"permit", b"\xff\xfe", b"x" * 100, ALL.encode() + b"\n" + b"\x00;"]
)
def test_a_bad_file_leaves_the_one_of_before(tmp_path: Path, raw: bytes) -> None:
    path, made = tmp_path / "policy.cedar", ToolPolicies()
    file = PolicyFile(path, made)
    path.write_text(ALL, "utf-8")
    file.look(world())
    path.write_bytes(raw)
    assert not file.look(world()) and file.trouble is not None
    assert not file.look(world()) and file.trouble is not None
    assert asked(made).allowed
    # For other tools it is the one of before, too, and the trouble stays.
    assert file.look(world(HOUSE)) and file.trouble is not None
    assert asked(made).allowed and not asked(made, CLOCK).allowed
    path.write_text(NONE, "utf-8")
    assert file.look(world(HOUSE)) and file.trouble is None
    assert not asked(made).allowed


def test_a_file_that_is_gone_leaves_the_one_of_before(tmp_path: Path) -> None:
    path, made = tmp_path / "policy.cedar", ToolPolicies()
    file = PolicyFile(path, made)
    path.write_text(ALL, "utf-8")
    file.look(world())
    path.unlink()
    assert not file.look(world()) and file.trouble is not None
    assert asked(made).allowed
    path.mkdir()
    assert file.look(world(HOUSE)) and file.trouble is not None
    assert asked(made).allowed


def test_a_bad_file_is_good_once_its_tool_is_there(tmp_path: Path) -> None:
    path, made = tmp_path / "policy.cedar", ToolPolicies()
    path.write_text(
        'permit (principal, action == Action::"house__set_lock", resource);'
    )
    file = PolicyFile(path, made)
    servers = ("clock", "house")
    file.look(world(HOUSE.__class__("house", "other"), CLOCK, servers=servers))
    assert file.trouble is not None
    assert file.look(world()) and file.trouble is None and asked(made).allowed


def test_what_is_being_written_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, made = tmp_path / "policy.cedar", ToolPolicies()
    file = PolicyFile(path, made)
    path.write_text(f"{ALL}\n", "utf-8")

    class Writing:
        def wait(self, seconds: float) -> None:
            path.write_text(f"{ALL}\n{NONE}\n", "utf-8")

    monkeypatch.setattr(policy_file, "Event", Writing)
    assert not file.look(world()) and not asked(made).allowed
    assert file.look(world()) and not asked(made).allowed


def test_a_file_that_is_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_file, "LARGEST_FILE", 1000)
    path, made = tmp_path / "policy.cedar", ToolPolicies()
    file = PolicyFile(path, made)
    path.write_text(ALL + " " * 1000, "utf-8")
    assert not file.look(world()) and "1,000 bytes" in str(file.trouble)


def test_without_a_file_nothing_is_allowed() -> None:
    made = ToolPolicies()
    file = PolicyFile(None, made)
    assert not file.look(world()) and file.trouble is None and not asked(made).allowed


def test_a_byte_order_mark_is_no_rule(tmp_path: Path) -> None:
    path, made = tmp_path / "policy.cedar", ToolPolicies()
    path.write_bytes(b"\xef\xbb\xbf" + ALL.encode())
    assert PolicyFile(path, made).look(world()) and asked(made).allowed
