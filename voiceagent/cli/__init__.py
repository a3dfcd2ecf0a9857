"""The commands of `voiceagent`, one file each; `cli.py` names them."""
