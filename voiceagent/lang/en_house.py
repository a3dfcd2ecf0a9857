"""English words for what a hub has: units, sorts of things, names that sound grave."""

from __future__ import annotations

__all__ = ["ABOUT_HOUSE", "GRAVE", "HARMLESS", "KINDS", "NOUNS", "UNITS"]

NOUNS = {
    "media_player": "player",
    "light": "light",
    "fan": "fan",
    "switch": "switch",
    "cover": "cover",
    "lock": "lock",
    "climate": "thermostat",
    "sensor": "sensor",
    "binary_sensor": "sensor",
    "vacuum": "vacuum",
    "scene": "scene",
    "script": "script",
    "todo": "list",
}
"""What a thing is called besides, where its name alone is a room's or another's."""
UNITS = {
    "°C": "degrees",
    "°F": "degrees",
    "%": "percent",
    "W": "watts",
    "kW": "kilowatts",
    "Wh": "watt hours",
    "kWh": "kilowatt hours",
    "MWh": "megawatt hours",
    "V": "volts",
    "A": "amperes",
    "lx": "lux",
    "ppm": "parts per million",
    "hPa": "hectopascals",
    "mbar": "millibars",
    "km/h": "kilometres an hour",
    "m/s": "metres a second",
    "mm": "millimetres",
    "m³": "cubic metres",
    "ft³": "cubic feet",
    "L": "litres",
    "min": "minutes",
    "h": "hours",
    "d": "days",
}
"""As they are spoken."""
KINDS = (
    *("garage", "gate", "door", "window", "curtain", "blind"),
    *("shutter", "shade", "awning"),
)
"""Of covers; the name tells where the device class does not."""
GRAVE = {
    *("garage", "gate", "lock", "unlock", "disarm", "heater", "oven", "sauna"),
    *("stove", "boiler", "door"),
}
"""In the name of a plain switch: it sounds of consequences."""
HARMLESS = {"light", "lights", "lamp", "lamps", "bell", "doorbell"}
"""In names with them a grave word means no more than where it is."""
ABOUT_HOUSE = {
    *("turn", "switch", "open", "close", "shut", "lock", "unlock", "dim", "brighten"),
    *("raise", "lower", "arm", "disarm", "activate", "vacuum", "heat", "cool"),
    *("light", "lights", "lamp", "lamps", "door", "doors", "window", "windows"),
    *("blind", "blinds", "curtain", "curtains", "shutter", "shutters", "garage"),
    *("gate", "fan", "fans", "heating", "thermostat", "socket"),
    *("plug", "scene", "temperature", "humidity", "kitchen", "bedroom", "bathroom"),
    *("living", "hallway", "upstairs", "downstairs"),
}
"""Words of commands to a house: where one stands in words that nobody understands, and
what there is in the house is not known yet, that is why."""
