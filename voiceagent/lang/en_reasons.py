"""English reasons that are told beside a command."""

from __future__ import annotations

from voiceagent.lang.reason_tables import ReasonWords

__all__ = ["REASONS"]

REASONS = ReasonWords(
    subjects=frozenset(
        "i im ive ill id we were weve it its there theres the my our this that thats "
        "these those somebody someone nobody everybody everyone no he she hes shes "
        "they theyre".split()
    ),
    verbs=frozenset(
        "is isnt are arent am has have can cant cannot dont doesnt im its were weve "
        "ive theres thats hes shes theyre need needs hurt hurts feel feels looks "
        "smells sounds went got keep keeps wont hate hates love loves got goes".split()
    ),
    open=frozenset(
        "to not never and or but you i we they he she it would will can could should "
        "must did do does dont let lets make makes made is are am was were be been "
        "have has had the a an my our your this that these those if of with for in at "
        "on by about than as like watching seeing hearing saying called named labelled "
        "labeled marked titled people him her them me us who what which when where "
        "how why please just also then whenever lets help helps cant cannot wont "
        "doesnt dont isnt arent no any some want wants need needs".split()
    ),
    unsure=frozenset(
        "think guess maybe perhaps wonder hope believe suppose sure sometimes often "
        "usually told asked wish want wants wanted would could should might may must "
        "shall going supposed quote sign button label word words phrase joke song "
        "says story line watch watching see seeing hear hearing letting making having "
        "helping imagine dream dreaming password sentence title".split()
    ),
    before_so=frozenset(
        "think said say says told hope guess do did does even just not why and or "
        "hopefully is are was be it".split()
    ),
)
