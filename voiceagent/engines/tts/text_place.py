"""Where the words of a reply may stand in the line that starts a voice.

They come from anywhere: what a region answers, what somebody put on a list. In a place
of their own they are words; as the beginning of an option, or inside a program that a
shell reads, they would be orders.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from voiceagent.errors import ConfigError

__all__ = ["TEXT", "check_place", "filled"]

TEXT = "{text}"
OWN_PLACE = re.compile(r"(-{1,2}\w[\w-]*=|-\w|\w+=)?\{text\}")
READS_CODE = re.compile(r"(-\w*[ce]|--?(eval|command|expression)|/[ck])", re.IGNORECASE)
"""Options behind which a program stands."""
INTERPRETERS = re.compile(
    r"((ba|da|z|k|a|fi|c|tc)?sh|busybox|su|script|python[\d.]*|perl|ruby|node|deno|php|lua"
    r"|g?awk|tclsh|osascript|pwsh|powershell|cmd)(\.exe)?"
)
REMOTE_SHELLS = ("ssh", "rsh", "mosh", "autossh")
"""They hand all that follows to a shell, joined."""


def check_place(argv: Sequence[str]) -> None:
    """Raises `ConfigError` where words could become anything else."""
    for place, part in enumerate(argv):
        if TEXT in part and not _harmless(argv, place):
            raise ConfigError(
                f"the words of a reply must not stand in `{part}`",
                cause="there they could become an option, or a program that is run",
                hint=f"give them a place of their own, such as `{TEXT}` or `--text="
                f"{TEXT}`, or leave it out: then they come by standard input",
            )


def filled(part: str, words: str) -> str:
    """The part with the words in it."""
    if part.startswith(TEXT):
        words = words.lstrip("-/ ")
    return part.replace(TEXT, words)


def _harmless(argv: Sequence[str], place: int) -> bool:
    names = [PurePath(part.replace("\\", "/")).name.lower() for part in argv[:place]]
    if not names or not OWN_PLACE.fullmatch(argv[place]):
        return False
    if any(name in REMOTE_SHELLS for name in names):
        return False
    told = READS_CODE.fullmatch(argv[place - 1])
    return not (told and any(INTERPRETERS.fullmatch(name) for name in names))
