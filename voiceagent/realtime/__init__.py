"""The OpenAI Realtime protocol (GA names), sans-I/O, for both ends of the wire."""
