"""English: what a small model may be asked, and what it may say."""

from __future__ import annotations

from voiceagent.lang.wonder_tables import WonderWords

__all__ = ["WONDER"]

WONDER = WonderWords(
    think="I think {said}",
    wonders=frozenset("what who whose where when why how which".split()),
    openings=(
        "tell me about",
        "tell me what",
        "tell me why",
        "tell me who",
        "tell me how",
        "do you know what",
        "do you know why",
        "do you know who",
        "do you know how",
        "explain",
    ),
    near=frozenset(
        "i me my mine we us our ours you your yours he him his she her hers they them "
        "their it its this that these those here there now today tonight tomorrow "
        "yesterday currently latest recent recently news week month weather rain snow "
        "temperature outside inside home house room open closed shut locked unlocked "
        "playing running left next score price prices cost stock traffic door doors "
        "window windows light lights lamp lamps heating kitchen bedroom bathroom "
        "garage garden hallway oven fridge tv radio alarm timer reminder list "
        "calendar".split()
    ),
    claims=frozenset(
        "i im ive ill id me my myself we our ours you your yours done sorry please "
        "sure okay ok".split()
    ),
    unsure=(
        "as an ai",
        "not sure",
        "do not know",
        "dont know",
        "depends on",
        "language model",
    ),
    small=frozenset(
        "the a an it its they there this that these those in on at of to from by for "
        "with because one two some many most all each every "
        "yes no he she".split()
    ),
)
