"""Configuration: from where, in which order, and what is refused."""

from pathlib import Path

import pytest

from voiceagent.app.config import Config, load_config, schema
from voiceagent.errors import ConfigError

pytestmark = pytest.mark.unit


def load(tmp_path: Path, text: str = "", **more: object) -> Config:
    (tmp_path / "voiceagent.toml").write_text(text)
    return load_config(folder=tmp_path, environ={}, **more).config  # type: ignore[arg-type]


def test_defaults_need_no_file(tmp_path: Path) -> None:
    loaded = load_config(folder=tmp_path, environ={})
    assert loaded.config == Config()
    assert loaded.sources == {}


def test_each_place_overrides_the_one_before(tmp_path: Path) -> None:
    user = tmp_path / "home" / "voiceagent" / "config.toml"
    user.parent.mkdir(parents=True)
    user.write_text("[endpoint]\npatience = 1.1\n[budget]\nresponse_ms = 500\n")
    (tmp_path / "voiceagent.toml").write_text("[endpoint]\npatience = 1.2\n")
    loaded = load_config(
        folder=tmp_path,
        environ={
            "XDG_CONFIG_HOME": str(tmp_path / "home"),
            "VOICEAGENT_WAKE__WORDS": "alexa,hey_jarvis",
            "VOICEAGENT_BUDGET__RESERVE_MS": "50",
        },
        flags={"budget.response_ms": 700},
    )
    assert loaded.config.endpoint.patience == 1.2
    assert loaded.config.wake.words == ["alexa", "hey_jarvis"]
    assert loaded.config.budget.response_ms == 700
    assert loaded.config.budget.reserve_ms == 50
    assert loaded.sources["budget.response_ms"] == "flag"
    assert loaded.sources["endpoint.patience"].endswith("voiceagent.toml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[wake]\ntreshold = 0.5\n", ["$.wake.treshold", "did you mean `threshold`?"]),
        ("[wakes]\n", ["$.wakes", "did you mean `wake`?"]),
        ("[wake]\nthreshold = 7\n", ["$.wake.threshold", "<= 1.0"]),
        ("[wake]\nengine = 'x'\n", ["$.wake.engine"]),
        ("[slm]\nengine = 'gpt'\n", ["$.slm.engine"]),
        ("[slm]\nlimit_ms = -1\n", ["$.slm.limit_ms"]),
        ("[route]\nmax_risk = 2\n", ["$.route.max_risk", "<= 1.0"]),
        (
            "[route]\nmax_risk = 0.1\nlocal_share = 0.7\n",
            ["$.route", "either `local_share` or `max_risk`"],
        ),
        ("wake = 3\n", ["$.wake", "[wake]"]),
        ("[wake\n", ["cannot read configuration"]),
    ],
)
def test_what_is_wrong_is_named_with_its_path(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert all(word in str(caught.value) for word in words)
    assert caught.value.exit_code == 2


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no configuration file"):
        load_config(tmp_path / "none.toml", environ={})


def test_the_schema_names_every_section() -> None:
    text = str(schema())
    assert all(section in text for section in Config.__struct_fields__)
