"""What may be configured of the small language model and of how sure it must be."""

from __future__ import annotations

from msgspec import Struct

from voiceagent.config_types import Milliseconds, Probability

__all__ = ["SlmConfig", "RouteConfig"]


class SlmConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The small language model: for what no template says."""

    model: str = ""
    """A name (`voiceagent models list`, or `smollm2`, which comes in a package), a path
    to a GGUF or a folder, or `none`; empty for the choice of `voiceagent models use`,
    else the shipped one. Virtual replays use a model only where one is named here."""
    answers: str = ""
    """A model (as for `model`) that guesses in its own words what neither a skill nor a
    region knows, for questions about the world: "I think ...". Empty: none does."""
    engine: str = "auto"
    """`llama_cpp`, `xllamacpp`, or whichever is there."""
    process: bool = True
    """Live, in a process of its own: a crash of native code fails one turn."""
    limit_ms: Milliseconds | None = None
    """Longest wait for the model in one turn; up to the turn's deadline where not
    given. What comes later is dropped."""


class RouteConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who answers: how sure the model must be before the device acts on its word."""

    local_share: Probability | None = None
    """Share of sentences to keep on the device; the threshold comes from the model's
    risk-coverage curve. Excludes `max_risk`."""
    max_risk: Probability | None = None
    """Share of the kept sentences that may be wrong. Excludes `local_share`."""

    def __post_init__(self) -> None:
        if self.local_share is not None and self.max_risk is not None:
            raise ValueError("give either `local_share` or `max_risk`, not both")
