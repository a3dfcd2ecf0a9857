"""What the words mean in a pack: grammar, templates, guards and skills seen as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceagent.app.language_parts import telling as make_telling
from voiceagent.errors import PackError
from voiceagent.nlu.correction import (
    asked_about,
    hesitated,
    mended,
    swallowed,
    takes_back,
)
from voiceagent.nlu.parts import either

if TYPE_CHECKING:
    from voiceagent.app.language import PackLanguage
    from voiceagent.frontend.endpoint import Completeness
    from voiceagent.nlu.clarify import Question
    from voiceagent.nlu.decision import Opinion, Route
    from voiceagent.nlu.intent import Intent
    from voiceagent.nlu.telling import Telling
    from voiceagent.skills.host import Skills
    from voiceagent.skills.skill import Skill
    from voiceagent.stt.protocol import Recognition

__all__ = ["Meaning"]


class Meaning:
    """The language of a session, which may become another, and its skills."""

    def __init__(self, language: PackLanguage, skills: Skills) -> None:
        self._language, self._skills = language, skills
        self._told_by: tuple[PackLanguage, Telling | None] = (language, None)

    @property
    def language(self) -> PackLanguage:
        """Templates, guards and words, as they are now."""
        return self._language

    def become(self, language: PackLanguage) -> None:
        """The same skills, and other things that they can be asked about."""
        self._language = language

    def route(
        self,
        recognition: Recognition,
        intent: Intent | None,
        opinion: Opinion | None = None,
        *,
        heard: float = 0.0,
    ) -> Route:
        """Who answers, by the guards of the pack."""
        decide = self._language.cascade.route
        return decide(recognition, intent, opinion, heard=heard)

    def progress(self, text: str) -> Completeness:
        """How much of a command `text` is."""
        return self._language.progress.of(text)

    def parse(self, text: str) -> Intent | None:
        """The intent that `text` says."""
        parse = self._language.reader.parse
        found = parse(text)
        back = takes_back(text) and (found is None or swallowed(found))
        if back or hesitated(text, found):
            corrected = mended(text, parse)
            found = corrected.intent if corrected and corrected.plain else None
        return found

    def single(self, text: str) -> Intent | None:
        """The one command that `text` is, as quickly as that can be told."""
        return self._language.reader.one(text)

    def asked_about(self, text: str, sure: bool) -> Question | None:
        """What to ask about words that may be corrected in themselves."""
        parse = self._language.reader.parse
        return asked_about(text, parse, sure=sure) or either(text, parse)

    def told(self, text: str, all_of_it: bool) -> str:
        """Why a sentence cannot be meant so: by its numbers, or by all of it."""
        language, telling = self._told_by
        if language is not self._language or telling is None:
            telling = make_telling(self._language.pack, self._language.reader.one)
            self._told_by = (self._language, telling)
        return telling.of(text) if all_of_it else telling.numbers(text)

    def answers(self, intent: str) -> bool:
        """Whether anybody answers that intent."""
        try:
            self._skills.skill_for(intent)
        except PackError:
            return False
        return True

    def skill_for(self, intent: str) -> Skill | None:
        """Who answers that intent."""
        return self._skills.skill_for(intent)
