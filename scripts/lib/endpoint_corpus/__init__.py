"""Parts of `make_endpoint_corpus.py`: pauses, silences, alignment, voices."""
