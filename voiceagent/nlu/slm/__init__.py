"""Language: from words that no template says to an intent with slots, or to nobody."""
