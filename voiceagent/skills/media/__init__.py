"""Televisions, radios, speakers."""
