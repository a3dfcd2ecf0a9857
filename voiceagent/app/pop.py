"""From a configuration to a running point of presence: model, guards and door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from voiceagent.app.gateway import DOOR, caller_door, check_installed
from voiceagent.app.stopping import stop_signalled
from voiceagent.errors import ConfigError

if TYPE_CHECKING:
    from voiceagent.app.workshop import Workshop
    from voiceagent.door.watched import Watched
    from voiceagent.pop.classifier import Classifier
    from voiceagent.pop.endpoint import RouteEndpoint
    from voiceagent.trace.events import Degraded

__all__ = ["PointOfPresence", "make_pop", "serve_until_stopped"]


@dataclass(frozen=True, slots=True)
class PointOfPresence:
    """All parts of it."""

    endpoint: RouteEndpoint
    classifier: Classifier
    watched: list[Watched]
    trouble: Degraded | None
    """Why there is no model, where there should be one."""


def make_pop(shop: Workshop, host: str) -> PointOfPresence:
    """The parts; raises `VoiceAgentError` where one is missing."""
    check_installed("the point of presence", DOOR)
    from voiceagent.clock import Compute
    from voiceagent.door.admission import is_loopback
    from voiceagent.door.tokens import keyring_of
    from voiceagent.door.watched import trouble_of
    from voiceagent.pop.endpoint import RouteEndpoint

    if not is_loopback(host):
        raise ConfigError(
            f"`{host}` can be reached by others",
            cause="a point of presence serves this machine alone",
            hint="serve 127.0.0.1, behind a proxy that has TLS",
        )
    serve = shop.config.serve
    keys = keyring_of(serve.secret_file, serve.secret_env)
    door, watched = caller_door(shop.config, keys, [host])
    classifier, trouble = _classifier(shop)
    wrong = partial(trouble_of, watched)
    endpoint = RouteEndpoint(classifier, Compute(), door, trouble=wrong)
    return PointOfPresence(endpoint, classifier, watched, trouble)


def _classifier(shop: Workshop) -> tuple[Classifier, Degraded | None]:
    """The pack's templates and guards, and the model within this process."""
    from voiceagent.nlu.decision import Thresholds
    from voiceagent.pop.classifier import Classifier

    language, library = shop.language, shop.library(live=False)
    language.reader.make_ready()
    model, trouble = library.first()
    limits = library.limits(model) if model is not None else Thresholds()
    made = Classifier(language.reader.parse, language.cascade.route, model, limits)
    made("what can you do")  # the first one is slow
    return made, trouble


async def serve_until_stopped(
    pop: PointOfPresence, host: str, port: int, ready: Callable[[str], None]
) -> None:
    """Until SIGTERM or SIGINT; a second one ends it now."""
    from voiceagent.pop.server import serve_pop

    stop = stop_signalled()
    await serve_pop(pop.endpoint, host, port, ready, stop, pop.watched)
