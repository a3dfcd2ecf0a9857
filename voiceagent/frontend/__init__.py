"""Frames in, events out, without input or output: wake gate, VAD smoother, endpoint."""
