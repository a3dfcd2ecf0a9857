"""The regional tier: one server, many edges.

websocket > admission > session (sans-I/O) > backend (knowledge | chat | llama)
                           `> conversation memory, recogniser, voice
"""
