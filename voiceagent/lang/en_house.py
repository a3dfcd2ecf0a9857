"""English words for what a hub has: units, sorts of things, names that sound grave."""

from __future__ import annotations

__all__ = ["GRAVE", "HARMLESS", "KINDS", "NOUNS", "UNITS"]

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
