"""voiceagent: a voice agent whose ears, reflexes and deadlines live on the edge.

    audio > frontend > agent: one turn = one task = one deadline > tts > audio
              wake, vad, endpoint     stt > nlu > skills | routing > privacy > region

Each room is a package of that name, in the order of `docs/architecture.md`. `agent/`
runs a session, `app/` puts one together from a configuration, `trace/` remembers every
event and why it happened.
"""

import os

__version__ = "0.1.0"

# onnxruntime tells its makers about every session unless this stands in the environment
# before it is loaded; children inherit it. Nothing leaves this device unasked.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
