"""What every recogniser answers to; one utterance; the grammar that it may hear."""
