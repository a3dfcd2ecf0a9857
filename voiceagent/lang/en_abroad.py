"""Addresses of other countries, as they stand in English sentences."""

from __future__ import annotations

from voiceagent.lang.private_tables import AbroadWords

__all__ = ["ABROAD"]

ABROAD = AbroadWords(
    endings=frozenset(
        "straße strasse str weg allee platz gasse ufer chaussee straat laan gracht "
        "plein kade dijk steeg singel".split()
    ),
    ring=frozenset(("ring", "damm", "markt", "tor")),
    before_ring=frozenset(("am", "an", "im", "beim", "zum", "zur")),
    before_names=frozenset(
        "rue avenue boulevard allée allee impasse chemin quai cours place "
        "faubourg".split()
    ),
    english=frozenset(("avenue", "boulevard", "place", "cours")),
    again=frozenset(("bis", "ter", "quater")),
    before_numbers=frozenset(
        "calle avenida avda plaza paseo via viale corso piazza piazzale largo vicolo "
        "strada rua praça c".split()
    ),
    particles=frozenset(
        "de la del des du les los las le el di della dei da do dos das der den dem van "
        "d l saint sainte san santa".split()
    ),
)
