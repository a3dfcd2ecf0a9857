"""Every error a user can meet: what failed, what caused it, what to do next.

VoiceAgentError
├── UsageError (exit 2)       the request cannot be carried out as written
│   ├── ConfigError           configuration file, key or value
│   ├── PackError             intents, lists, house, replies of a pack or skill
│   ├── ScenarioError         a scenario file
│   ├── PluginError           an installed plugin that cannot be used
│   ├── ModelError            a model file or folder is broken or does not fit
│   │   └── ModelUnfit        a sound model that was made for another pack
│   └── AudioFileError        a recording that cannot be read as sound
├── MissingError (exit 3)     something has to be installed or plugged in
│   ├── EngineMissing         a Python package or program
│   ├── ModelMissing          a model or voice file
│   └── DeviceMissing         microphone or speaker
├── EngineFailed (exit 1)     an engine broke while working
│   └── HouseFailed           the hub of the house refused, hung or was not there
├── RemoteFailed (exit 1)     a region or cloud refused, broke off or was garbled
│   ├── LinkDown              there is no way to it now
│   └── TokenError            a token is missing, expired, forged or for elsewhere
├── ToolRefused (exit 1)      a larger tier called a tool in a way that cannot be done
├── ConflictError (exit 1)    somebody else changed a conversation in between
├── ClockError (exit 1)       the date or the zone of the machine cannot be right
├── StoreError (exit 1)       timers, lists or house state could not be kept
└── CheckFailed (exit 1)      a measurement missed its bar
"""

from __future__ import annotations

from typing import ClassVar

from voiceagent.errors.foreign import words_of_others

__all__ = [
    "AudioFileError",
    "CheckFailed",
    "ClockError",
    "ConfigError",
    "ConflictError",
    "DeviceMissing",
    "EngineDied",
    "EngineFailed",
    "EngineHung",
    "EngineLost",
    "EngineMissing",
    "HouseFailed",
    "LinkDown",
    "MissingError",
    "ModelError",
    "ModelMissing",
    "ModelUnfit",
    "PackError",
    "PluginError",
    "RemoteFailed",
    "ScenarioError",
    "StoreError",
    "TokenError",
    "ToolRefused",
    "UsageError",
    "VoiceAgentError",
    "install_line",
]


def install_line(extra: str) -> str:
    """The line that installs what an extra of voiceagent brings."""
    return f"pip install 'voiceagent[{extra}]'"


class VoiceAgentError(Exception):
    """Base of all errors shown to a user; `str()` gives the three parts in lines, and
    what is to be typed as it works here."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1
    said: str = ""
    """How it is said aloud; empty: as something that went wrong."""

    def __init__(self, what: str, *, cause: str = "", hint: str = "") -> None:
        # All three may quote others.
        self.what = words_of_others(what)
        self.cause = words_of_others(cause)
        self.hint = words_of_others(hint)
        super().__init__(self.what)

    @property
    def brief(self) -> str:
        """What failed and why, without what to do, for within another one's words."""
        from voiceagent.errors.masking import masked

        return masked(": ".join(part for part in (self.what, self.cause) if part))

    def __reduce__(self) -> tuple[object, ...]:
        # Errors travel between processes whole, whatever their constructor asks for.
        return _rebuilt, (type(self), self.what, self.__dict__)

    def __str__(self) -> str:
        lines = [self.what, f"cause: {self.cause}", f"hint: {self.hint}"]
        lines = [line for line in lines if line not in ("cause: ", "hint: ")]
        # A line of somebody else's is never the hint.
        lines = [line.strip().replace("\n", "\n  ") for line in lines]
        # Looking at this machine is for those who read an error.
        from voiceagent.errors.lines import here
        from voiceagent.errors.masking import masked

        return here(masked("\n".join(lines)))


def _rebuilt(
    kind: type[VoiceAgentError], what: str, parts: dict[str, object]
) -> VoiceAgentError:
    error = kind.__new__(kind, what)
    error.__dict__.update(parts)
    return error


class UsageError(VoiceAgentError):
    """The request cannot be carried out as written."""

    code = "usage"
    exit_code = 2


class ConfigError(UsageError):
    """A configuration file, key or value is wrong."""

    code = "config"


class PackError(UsageError):
    """A pack or skill folder (intents, lists, house, replies) is wrong."""

    code = "pack"


class ScenarioError(UsageError):
    """A scenario file is wrong."""

    code = "scenario"


class PluginError(UsageError):
    """An installed plugin cannot be used: it is broken, or made for another version."""

    code = "plugin"


class ModelError(UsageError):
    """A model file or folder is broken, was changed, or does not fit."""

    code = "model"


class ModelUnfit(ModelError):
    """A sound model that was made for another pack."""

    code = "model-unfit"


class AudioFileError(UsageError):
    """A recording cannot be read as sound."""

    code = "audio-file"


class MissingError(VoiceAgentError):
    """Something has to be installed or plugged in."""

    code = "missing"
    exit_code = 3


class EngineMissing(MissingError):
    """A Python package or a program is not installed; the hint is the install line."""

    code = "engine-missing"

    def __init__(
        self, name: str, *, install: str = "", extra: str = "", cause: str = ""
    ) -> None:
        """`install`: the line that does it, or the `extra` of voiceagent."""
        super().__init__(
            f"engine `{name}` is not installed",
            cause=cause,
            hint=f"run `{install or install_line(extra)}`",
        )
        self.name = name


class ModelMissing(MissingError):
    """A model or voice file is not there."""

    code = "model-missing"


class DeviceMissing(MissingError):
    """No such microphone or speaker, or it went away."""

    code = "device-missing"


class EngineFailed(VoiceAgentError):
    """An engine broke while working."""

    code = "engine-failed"


class EngineLost(EngineFailed):
    """An engine went away in the middle of a call, or never answered it."""

    code = "engine-lost"

    def __init__(
        self, what: str, *, cause: str = "", hint: str = "", replaced: bool = False
    ) -> None:
        """`replaced`: the next call meets a new one, so that it is worth repeating."""
        super().__init__(what, cause=cause, hint=hint)
        self.replaced = replaced


class EngineDied(EngineLost):
    """The engine's process ended."""

    code = "engine-died"


class EngineHung(EngineLost):
    """The engine took longer than its limit and was given up."""

    code = "engine-hung"


class HouseFailed(EngineFailed):
    """The hub of the house refused, hung, broke off or was not there."""

    code = "house-failed"

    def __init__(
        self,
        what: str,
        *,
        cause: str = "",
        hint: str = "",
        said: str = "",
        status: int = 0,
        maybe: bool = False,
    ) -> None:
        """`status`: of its answer; `maybe`: what was asked for may happen all the
        same."""
        super().__init__(what, cause=cause, hint=hint)
        self.said, self.status, self.maybe = said, status, maybe


class RemoteFailed(VoiceAgentError):
    """A region or cloud refused, broke off or was garbled."""

    code = "remote-failed"


class ToolRefused(VoiceAgentError):
    """A larger tier called a tool of the device in a way that cannot be done."""

    code = "tool-refused"


class LinkDown(RemoteFailed):
    """There is no way to the remote now."""

    code = "link-down"


class TokenError(RemoteFailed):
    """A token is missing, expired, forged, or for another audience or region."""

    code = "token"


class ClockError(VoiceAgentError):
    """The date or the zone of the machine cannot be right."""

    code = "clock"


class ConflictError(VoiceAgentError):
    """Somebody else changed a conversation in between: read it again."""

    code = "conflict"


class StoreError(VoiceAgentError):
    """Timers, lists or house state could not be read or kept."""

    code = "store"


class CheckFailed(VoiceAgentError):
    """A measurement missed its bar."""

    code = "check-failed"
