"""Taking out of the words what is private, as it is spoken and as it is written.

text > tokens > finders (numbers, spelled, cues, names, written) > spans
     > placeholders `[NUMBER_1]` ... and back on the device: Restorer
"""

from voiceagent.privacy.redaction.placeholders import Placeholders, Restorer
from voiceagent.privacy.redaction.redactor import Redacted, Redactor

__all__ = ["Placeholders", "Redacted", "Redactor", "Restorer"]
