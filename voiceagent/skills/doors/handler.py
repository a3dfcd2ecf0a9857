"""Stub."""
from voiceagent.replies import RepliesSkill
def create(host):
    return RepliesSkill("stub", {})
