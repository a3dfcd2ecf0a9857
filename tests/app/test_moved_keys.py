"""Files that were written for another name of a key: told where it stands."""

from pathlib import Path
from typing import get_type_hints

import pytest

from voiceagent.app.config import Config, load_config
from voiceagent.app.moved_keys import MOVED
from voiceagent.errors import ConfigError

pytestmark = pytest.mark.unit


def is_known(key: str) -> bool:
    """Whether a section, or a dotted key, is one of the configuration."""
    section, _, name = key.partition(".")
    sections = get_type_hints(Config)
    if section not in sections:
        return False
    return not name or name in sections[section].__struct_fields__


@pytest.mark.parametrize("key", MOVED)
def test_a_moved_key_names_a_place_that_is_there_and_is_none_itself(key: str) -> None:
    assert not is_known(key)
    assert all(map(is_known, MOVED[key]))


@pytest.mark.parametrize("key", MOVED)
def test_whoever_writes_it_is_told_where_it_stands(key: str, tmp_path: Path) -> None:
    section, _, name = key.partition(".")
    file = tmp_path / "old.toml"
    file.write_text(f"[{section}]\n{name or 'anything'} = 1\n")
    variable = {f"VOICEAGENT_{section}__{name or 'anything'}".upper(): "1"}
    places = (
        lambda: load_config(file, environ={}),
        lambda: load_config(environ=variable, folder=tmp_path),
        lambda: load_config(environ={}, folder=tmp_path, flags={key: 1}),
    )
    for load in places:
        with pytest.raises(ConfigError) as caught:
            load()
        assert f"`$.{key}`" in caught.value.what
        assert all(place in caught.value.hint for place in MOVED[key])
    with pytest.raises(ConfigError) as caught:
        load_config(file, environ={})
    assert caught.value.cause == str(file)


def test_what_was_never_there_is_told_the_nearest_name() -> None:
    with pytest.raises(ConfigError, match="did you mean `threshold`"):
        load_config(environ={}, flags={"wake.treshold": 0.5})
