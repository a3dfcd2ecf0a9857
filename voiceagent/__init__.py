"""voiceagent: a voice agent whose ears, reflexes and deadlines live on the edge.

    source > frames > wake > vad > endpoint > stt > intent > route > skills > speak

Each stage is a file of that name; `agent.py` runs them as one task a turn under one
absolute deadline; `trace.py` remembers every event and why it happened.
"""

__version__ = "0.1.0"
