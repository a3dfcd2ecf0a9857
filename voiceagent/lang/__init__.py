"""Words, numbers, times and cues of a language, heard and spoken by one grammar."""
