"""Moonshine as second recogniser: likelihoods and a search within the grammar."""
