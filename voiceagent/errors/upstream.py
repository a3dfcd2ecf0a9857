"""Why the server behind a region answers nothing: each reason has a code of its own, so
that nobody takes it for the region's."""

from __future__ import annotations

from voiceagent.errors import RemoteFailed

__all__ = [
    "PromptTooLong",
    "UpstreamBusy",
    "UpstreamElsewhere",
    "UpstreamFailed",
    "UpstreamGarbled",
    "UpstreamKeyRefused",
    "UpstreamModelUnknown",
    "UpstreamSilent",
]


class UpstreamFailed(RemoteFailed):
    """It refused or broke, and says no more of it."""

    code = "upstream-failed"


class UpstreamKeyRefused(RemoteFailed):
    """It does not let the region in."""

    code = "upstream-key"


class UpstreamModelUnknown(RemoteFailed):
    """It has no such model, or nothing at that address."""

    code = "upstream-model"


class UpstreamBusy(RemoteFailed):
    """It has too much to do."""

    code = "upstream-busy"


class UpstreamElsewhere(RemoteFailed):
    """It sends the region to another address."""

    code = "upstream-elsewhere"


class UpstreamSilent(RemoteFailed):
    """Nothing came for too long."""

    code = "upstream-silent"


class UpstreamGarbled(RemoteFailed):
    """What it sends means nothing, or has no end."""

    code = "upstream-garbled"


class PromptTooLong(RemoteFailed):
    """The prompt does not fit into its room."""

    code = "prompt-too-long"
