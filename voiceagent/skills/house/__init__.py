"""The house: rooms, devices, and a real Home Assistant behind the same face."""
