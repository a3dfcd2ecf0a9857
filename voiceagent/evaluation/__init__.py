"""Measuring stages on labelled recordings; `voiceagent eval` is the door."""
