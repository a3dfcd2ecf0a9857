"""Which of the responses of a server answers a question."""

from __future__ import annotations

from collections import OrderedDict, deque

from voiceagent.realtime.answer_words import AnswerWordsReader

__all__ = ["PastReplies", "Replies"]

MOST_PAST = 256
"""Responses that are remembered as over."""
MOST_BEGUN = 16
"""Responses that may answer one question; what is announced beyond is not wanted."""
LATELY = 32
"""Frames that are compared, so that one that comes twice is taken once."""


class PastReplies:
    """Ids of responses that answer no open question, and frames of lately."""

    def __init__(self) -> None:
        self._lately: deque[str | bytes] = deque(maxlen=LATELY)
        self._ids: OrderedDict[str, None] = OrderedDict()

    def add(self, response: str) -> None:
        """It is over, or was never wanted."""
        if response:
            self._ids[response] = None
            while len(self._ids) > MOST_PAST:
                self._ids.popitem(last=False)

    def forget(self, response: str) -> None:
        """That name is used again."""
        self._ids.pop(response, None)

    def listen(self) -> None:
        """A question is asked: frames of before are no longer compared."""
        self._lately.clear()

    def again(self, frame: str | bytes) -> bool:
        """Whether the same has just been there."""
        again = frame in self._lately
        self._lately.append(frame)
        return again

    def __contains__(self, response: str) -> bool:
        return response in self._ids


class Replies:
    """Which of a server's responses answers a question.

    That is the one it says so of, else the first that has words: there may be others,
    left over, doubled, or under names that change.
    """

    def __init__(self, past: PastReplies) -> None:
        self.reader = AnswerWordsReader()
        self.response = ""
        """Id of the response that answers; empty: none has begun."""
        self.item = ""
        """Id of the item that holds the answer."""
        self._begun: set[str] = set()
        self._past = past

    def created(self, response: str, *, ours: bool | None) -> None:
        """One begins; `ours`: whether it says that it answers this, None: neither."""
        if response and response in self._begun:
            return
        late = not self.reader.silent or len(self._begun) >= MOST_BEGUN
        if ours is False or late:
            self._past.add(response)
            return
        self._past.forget(response)
        self._begun.add(response)
        self.response = response

    def belongs(self, response: str) -> bool:
        """Whether something of that response may be of the answer."""
        return response not in self._past

    def chosen(self, response: str) -> None:
        """It has words, or is done: the others are not wanted."""
        if response not in self._begun:
            # Under a name that was not announced: still the one that was.
            self.response = self.response or response
            if len(self._begun) < MOST_BEGUN:
                self._begun.add(response or self.response)
            return
        for other in self._begun - {response}:
            self._past.add(other)
        self._begun, self.response = {response}, response

    def begin_anew(self) -> None:
        """Another response goes on with the answer, or gives it once more."""
        self.end()
        self.reader = AnswerWordsReader()

    def end(self) -> None:
        """What still comes of these is not wanted."""
        for response in (*self._begun, self.response):
            self._past.add(response)
        self.response, self._begun = "", set()
