"""Requests of other people's sets, with what they may come to in our houses."""
