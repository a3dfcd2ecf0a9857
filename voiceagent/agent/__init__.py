"""One session, one deadline: the open turn, its task, effects, playback, alarms."""
