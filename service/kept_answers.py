"""
Answers that take long to work out, kept in this process under all that they were worked out from.

A question is known by the digest of everything in it, never by a name or a number of a row: whatever changes is another
question, so that nothing kept can be out of date, and nobody gets what they could not have worked out from what they
may see. Of the question itself nothing stays.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

import msgspec

Answer = TypeVar("Answer")


class KeptAnswers(Generic[Answer]):
    """At most `most` answers of one kind, those asked for last; an answer is never changed by whoever gets it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, Answer] = OrderedDict()
        self._lock = Lock()

    def of(self, question: object, work_out: Callable[[], Answer]) -> Answer:
        """The answer to a question of plain data; two who ask at once may both work it out."""
        asked = hashlib.sha256(msgspec.json.encode(question)).digest()
        with self._lock:
            if asked in self._kept:
                self._kept.move_to_end(asked)
                return self._kept[asked]
        found = work_out()
        with self._lock:
            self._kept[asked] = found
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return found
