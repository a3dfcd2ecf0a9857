"""English: questions about documents."""

from __future__ import annotations

from voiceagent.lang.language import DocumentWords

__all__ = ["DOCUMENTS"]

EMPTY = frozenset(
    """
    a an the this that these those some any i me my we us our you your he she it its
    they them their one is are was were be been am do does did can could will would
    should may might must shall have has had having get gets got to of in on at by for
    from with about into as and or but if so then than there here what whats when whens
    where wheres who whos whose whom which why how hows please tell explain know want
    like need could let lets say says said just also too very much many any not no yes
    hey hello ok okay um uh er well now actually really maybe up out off over go going
    im id ill ive youre hows thats theres whats give show find take make does do mean
    kind sort thing things way someone anybody anyone long often far possible allowed
    happens happen happened work works use used leave put keep time times
    """.split()
)
GROUPS = (
    "open opening opens opened hours hour close closes closed closing shut",
    "cost costs price prices pay ticket tickets fee fees entry admission cheap",
    "heavy weigh weighs weight",
    "toilet toilets restroom bathroom loo washroom",
    "cafe coffee restaurant eat food lunch drink snack",
    "bag bags coat coats luggage backpack cloakroom locker lockers",
    "wheelchair disabled accessible accessibility access step lift elevator ramp",
    "photo photos photograph photographs photography picture pictures camera flash",
    "child children kid kids family families toddler",
    "school schools class classes pupil pupils teacher students",
    "tour tours guided guide guides audioguide",
    "bus tram train station stop travel reach directions parking park car",
    "rubbish waste trash garbage bin bins recycling collection collected",
    "boiler heating heater radiator radiators thermostat warm cold",
    "fuse breaker electricity power electric tripped trip",
    "leak leaking water stopcock valve burst pipe",
    "wash washing laundry clothes washer programme program cycle",
    "dish dishes dishwasher salt rinse",
    "painting paintings painted artist painter portrait",
    "old age oldest built made dated century year",
    "lost found lose forgot forgotten left property",
    "wifi internet network wireless router online",
    "fridge freezer refrigerator",
    "oven stove hob cooker",
    "garden lawn irrigation watering sprinkler plants",
    "alarm smoke detector siren",
    "free reduced discount concession student senior",
    "floor level storey upstairs downstairs",
    "dog dogs pet pets animal animals",
    "reset restart reboot",
    "clean cleaning descale limescale",
)
ENDINGS = (
    ("ies", "y"), ("sses", "ss"), ("ing", ""), ("edly", ""), ("ed", ""), ("es", ""),
    ("ly", ""), ("s", ""),
)  # fmt: skip
FRAMES = (
    "what is the {}", "what is a {}", "what are the {}", "what was the {}",
    "where is the {}", "where are the {}", "where can i find the {}",
    "where do i find the {}", "where can i {}", "where can i leave my {}",
    "when is the {}", "when does the {} open", "when does the {} close",
    "when does the {}", "when do the {} start", "when was the {} founded",
    "when was the {} built", "when is the {} open", "when is the {} collected",
    "what time does the {} open", "what time does the {} close",
    "who is the {}", "who was the {}", "who painted the {}", "who built the {}",
    "who made the {}", "who founded the {}", "how old is the {}",
    "how long is the {}", "how long does the {} take", "how long does a {} take",
    "how big is the {}", "how heavy is the {}", "how tall is the {}",
    "how much is the {}", "how much is a {}", "how much does the {} cost",
    "how much does a {} cost", "how many {} are there", "how do i use the {}",
    "how do i clean the {}", "how do i reset the {}", "how do i {} the {}",
    "how does the {} work", "what does {} mean", "what do i do if the {}",
    "what do i do when the {}", "can i take {}", "can i {} here",
    "is there a {}", "is there {}", "are there {}", "do you have {}",
    "tell me about the {}", "tell me more about the {}", "what happened in the {}",
    "what happened to the {}", "which {} is for {}", "which {} is the {} on",
    "what is special about the {}", "why is the {} famous", "i lost my {}",
    "when is the museum open on {}", "is the museum open on {}",
)  # fmt: skip

SMALL = frozenset(
    """
    a an the is are was were be been it its they this that there you your i my we our
    can will do does have has
    """.split()
)
LIMITING = frozenset(
    """
    not no never none nobody nothing nor neither cannot cant isnt arent wasnt werent
    dont doesnt didnt wont without except unless only if but until till before after
    from to by or either instead hardly almost nearly about closed out over under
    """.split()
)
COUNTING = "hundred thousand million half quarter third first second twice once dozen"

DOCUMENTS = DocumentWords(
    small=SMALL,
    limiting=LIMITING,
    counting=COUNTING,
    empty=EMPTY,
    groups=tuple(frozenset(group.split()) for group in GROUPS),
    endings=ENDINGS,
    vowels="aeiouy",
    kept_double="ls",
    follow_ups=("and ", "what about", "how about", "also "),
    frames=FRAMES,
    daily_frames=(
        "when does the {} open on {}",
        "when does the {} close on {}",
        "is the {} open on {}",
    ),
)
