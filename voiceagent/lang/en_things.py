"""English: things that stand on lists."""

from __future__ import annotations

from voiceagent.lang.thing_tables import ThingWords

__all__ = ["THINGS"]

THINGS = ThingWords(
    before=frozenset("the some any a an my our also please more and".split()),
    behind=frozenset("please too thanks now".split()),
    few=frozenset(("a few", "a couple of", "a couple", "half a", "a dozen", "half")),
    measures=frozenset(
        (
            "litre litres liter liters gallon gallons pint pints cup cups bottle "
            "bottles can cans tin tins jar jars carton cartons box boxes bag bags "
            "pack packs packet packets packs kilo kilos kilogram kilograms gram grams "
            "pound pounds ounce ounces loaf loaves bar bars bunch bunches roll rolls "
            "tube tubes tub tubs slice slices piece pieces dozen head heads kg g ml l"
        ).split()
    ),
    of="of",
    joints=("and", "plus"),
    whole=(
        *("salt and vinegar", "fish and chips", "macaroni and cheese"),
        *("mac and cheese", "gin and tonic", "bed and breakfast"),
    ),
    tasks=frozenset("do task tasks todo todos chores errands".split()),
    many=("ies", "oes", "es", "s"),
    doubtful=frozenset(
        "or no not none nothing nobody never neither without anything everything "
        "whatever except but".split()
    ),
    particles=frozenset(("out", "off", "away")),
    known=frozenset(
        (
            *"apples bananas oranges lemons grapes strawberries tomatoes".split(),
            *"potatoes onions garlic carrots lettuce cucumbers mushrooms milk".split(),
            *"cream butter cheese yogurt eggs bread flour sugar salt pepper".split(),
            *"rice pasta cereal honey chocolate cookies coffee tea water".split(),
            *"beer wine chicken fish pizza soap shampoo toothpaste".split(),
            *"detergent batteries".split(),
            *("olive oil", "orange juice", "toilet paper", "paper towels"),
            *("light bulbs", "cat food", "dog food"),
        )
    ),
)
