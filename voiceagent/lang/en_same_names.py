"""English: names of which one is written for another by who hears them."""

from __future__ import annotations

__all__ = ["SAME"]

SAME = tuple(
    tuple(names.split())
    for names in (
        "catherine katherine kathryn cathryn katharine kathrin catharine",
        "sean shawn shaun shon sian", "stephen steven stefan stephan steffen",
        "geoffrey jeffrey geoff jeff", "john jon", "jonathan johnathan jonathon",
        "mohammed muhammad mohamed mohammad muhammed mohamad", "lee leigh",
        "zoe zoey zowie zoie", "chloe khloe cloe",
        "siobhan shivon chevonne shavon shivaun",
        "niamh neve neeve nieve neev",
        "aoife eefa ifa efa aoifa", "caoimhe keeva kweeva",
        "saoirse sersha searsha", "eoin owen owain", "ciaran kieran keiran",
        "jose hosay josay", "joaquin wakeen hoakin joakin",
        "jorge horhay jorgay", "jesus haysoos hesus", "javier xavier havier zavier",
        "juan wan whan hwan", "guillermo giyermo geermo", "guadalupe wadaloopay",
        "guillaume giyom geeyome gheeyom gieyom", "francois franswa fransois fransua",
        "jacques jock zhack jacque", "jean zhon", "luc luke", "rene renay",
        "helene helen elaine elen", "michele michelle mishel", "zhang jang chang jong",
        "nguyen nuyen nwin nguyan nguyin", "pham fam fahm", "tran chan trann",
        "huang wong hwang wang", "xu shu", "zhou joe jo", "qian chien chen",
        "meyer maier mayer myer meier mair", "schmidt schmitt schmid shmit shmidt",
        "schroeder schroder shroder shroeder schrader", "mueller muller miller myler",
        "kowalski kovalsky kovalski cowalski kavalski kovalski", "nowak novak novack",
        "wojcik voychik wojchik voytsik voychick", "lukasz lukash lucas wookash lukas",
        "krzysztof kristof christoph kristoff christof", "piotr pyotr peotr peter",
        "agnieszka agnieshka agneshka", "malgorzata magorzata malgozhata",
        "bjorn byorn bjorne", "freja freya fraya", "soren soaren sorin",
        "thompson thomson tomson tompson", "hughes hews hughs",
        "shepherd shepard sheppard shephard", "philip phillip filip",
        "rodriguez rodrigues rodrigez rodreegez", "garcia garsia gartia garthia",
        "celik chelik selik", "mccarthy mccarthey makarthy macarthy",
        "clark clarke", "smith smyth smythe", "brown browne braun", "reid reed",
        "allen alan allan alun", "marc mark", "eric erik erich", "karl carl",
        "sara sarah sera", "ann anne", "lynn lyn lynne lin", "caitlin kaitlyn katelyn",
        "yusuf yousef joseph yosef", "ali aly", "aisha ayesha aysha",
        "noor nur nour", "priya pria preeya",
    )
)  # fmt: skip
