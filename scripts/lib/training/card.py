"""What lies beside a shipped model: hashes, the curve and the model card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["write_card", "write_curve", "write_readme"]

LISTED = ("model.gguf", "heads.npz", "heads.json", "curve.json")


def write_card(folder: Path, *, kind: str, version: str, source: str) -> None:
    """`model.toml`, with the hash of every file there that is loaded."""
    lines = [
        f'name = "{folder.name}"',
        f'kind = "{kind}"',
        f'version = "{version}"',
        'file = "model.gguf"',
        'licence = "Apache-2.0"',
        f'source = "{source}"',
        "",
        "[sha256]",
    ]
    for name in (name for name in LISTED if (folder / name).is_file()):
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        lines.append(f'"{name}" = "{found}"')
    (folder / "model.toml").write_text("\n".join(lines) + "\n")


def write_curve(folder: Path, points: Sequence[Mapping[str, float]]) -> None:
    """`curve.json`: what is kept and what of it is wrong, for each threshold."""
    about = (
        "on held-out text that no template says, behind slots and guards; share: of "
        "the sentences meant for this device that are acted upon; risk: of another "
        "intent among the acted upon, with 45 % of all sentences foreign; oos_kept: "
        "of the foreign"
    )
    text = json.dumps({"about": about, "points": list(points)}, indent=0)
    (folder / "curve.json").write_text(text + "\n")


def write_readme(folder: Path, scores: Mapping[str, object]) -> None:
    """The model card; figures come from `scores`, text from the template here."""
    template = (Path(__file__).parent / "card.md").read_text(encoding="utf-8")
    rows = "\n".join(f"| {name} | {value} |" for name, value in scores.items())
    sizes = "\n".join(
        f"| {name} | {(folder / name).stat().st_size:,} bytes |" for name in LISTED
    )
    text = template.replace("{scores}", rows).replace("{sizes}", sizes)
    (folder / "README.md").write_text(text, encoding="utf-8")
