"""Work beside the server: a look every few seconds, in a thread of its own, for as long as the server runs."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from service.errors import Refused

log = logging.getLogger("lefil.beside")

Look = Callable[[threading.Event], object]
"""One look; a long one ends early when the event is set. What it returns does not count."""


@contextmanager
def repeated(name: str, look: Look, seconds: float, *, patience: float | None = None) -> Iterator[None]:
    """
    While the block lasts, look at once and then again so many seconds after each look.

    Whatever a look stumbles over, the next one comes: one row that trips a fault must not silence all others for good.

    Parameters
    ----------
    patience
        Seconds to wait for the look under way when the block ends; None = until it is done.
    """
    ending = threading.Event()
    thread = threading.Thread(target=_look, args=(name, look, seconds, ending), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(patience)


def _look(name: str, look: Look, seconds: float, ending: threading.Event) -> None:
    while True:
        try:
            look(ending)
        except (DBAPIError, Refused, OSError) as error:  # the database is away, or somebody was faster
            log.warning("%s waits: %s", name, type(error).__name__)
        except Exception as error:  # noqa: BLE001  (see above)
            # The message could hold what people wrote; where it happened cannot.
            place = traceback.extract_tb(error.__traceback__)[-1]
            log.error("%s waits, by a fault of ours: %s in %s:%s", name, type(error).__name__, place.name, place.lineno)
        if ending.wait(seconds):
            return
