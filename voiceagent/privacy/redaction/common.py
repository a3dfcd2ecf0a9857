"""Common words: what is never taken for a name because of the word before it."""

from __future__ import annotations

__all__ = ["COMMON"]

COMMON = frozenset(
    """
    a an the this that these those some any no every each all both either neither one
    two three first second next last other another more most less few many much such
    i me my mine you your yours he him his she her hers it its we us our ours they them
    their theirs who whom whose which what when where why how there here
    am is are was were be been being do does did done have has had having will would
    can could shall should may might must ought let lets
    not never ever always often sometimes now then today tomorrow yesterday tonight
    soon later again already still just only even also too very quite really so maybe
    perhaps please thanks thank hello hi hey yes no okay ok right sure well
    and or but if because while until since before after as than though although
    of to in on at by for from with without about into onto over under up down out off
    through between among against during near around across along behind beside inside
    outside above below back away
    go going goes gone went come coming comes came get getting gets got give gives gave
    take takes took make makes made put puts set sets turn turns turned open opens
    opened close closes closed shut start starts started stop stops stopped begin play
    plays playing played show shows tell tells told say says said ask asks asked want
    wants wanted need needs needed like likes liked love know knows knew think thinks
    thought see sees saw seen look looks looking find finds found keep keeps kept use
    uses used using work works working worked help helps call calls called calling text
    message email mail phone ring write writes wrote read reads send sends sent bring
    buy buys bought pay pays paid cost costs book books booked order orders ordered
    reserve cancel change changes check checks remind remember forget wake sleep eat
    drink cook clean wash drive walk run sit stand wait leave leaves left arrive stay
    live move turnon switch dim mute pause skip add remove delete save search translate
    calculate convert spell repeat explain describe update upgrade install restart
    time times day days week weeks month months year years hour hours minute minutes
    second seconds morning afternoon evening night noon midnight weekend monday tuesday
    wednesday thursday friday saturday sunday january february march april june july
    august september october november december spring summer autumn winter
    home house flat room rooms kitchen bedroom bathroom office garage garden hall door
    doors window windows light lights lamp fan heater heating oven fridge television tv
    radio music song songs album playlist movie film show news weather rain snow sun
    wind temperature alarm alarms timer timers list lists note notes calendar meeting
    appointment event reminder message messages number numbers name names address street
    city town country world place places way road map car bus train plane taxi flight
    ticket tickets hotel restaurant shop store bank museum park school hospital doctor
    police ambulance fire emergency station airport
    mum mom mother dad father parents wife husband son daughter brother sister friend
    friends family baby child children boy girl man men woman women people person
    everyone everybody someone somebody anyone nobody boss neighbour neighbor landlord
    plumber electrician dentist teacher customer service support reception desk front
    manager team work
    good great nice bad best better big small large little long short new old young hot
    cold warm cool high low fast slow early late free busy ready full empty easy hard
    happy sad tired hungry sick ill fine lovely beautiful important different same
    red green blue yellow white black brown orange pink purple grey gray
    food water coffee tea milk bread lunch dinner breakfast pizza money price card pin
    code password account insurance tax bill bills question questions answer answers
    word words thing things stuff lot lots bit part half quarter end side top bottom
    it's what's that's i'm i'll i've don't doesn't didn't isn't can't won't let's
    how's where's who's there's not saying going called being from
    """.split()
)
