"""Why a remote answers nobody, where it says so: each reason has a code of its own."""

from __future__ import annotations

from voiceagent.errors import LinkDown

__all__ = ["ModelUnknown", "NoAccess", "QuotaSpent", "RemoteBusy", "SentElsewhere"]


class NoAccess(LinkDown):
    """It does not let this device in."""

    code = "no-access"


class RemoteBusy(LinkDown):
    """It has too much to do, and may say when to come again."""

    code = "busy"


class QuotaSpent(LinkDown):
    """What was paid for is used up."""

    code = "quota"


class ModelUnknown(LinkDown):
    """It has no model of that name."""

    code = "model-unknown"


class SentElsewhere(LinkDown):
    """It names another host, which the question is not for."""

    code = "sends-elsewhere"
