"""Sound in and out: frames, files, microphone, loudspeaker, one resampler."""
