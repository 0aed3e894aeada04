"""What every use case needs from outside, and on whose behalf it acts."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from service.clock import Clock
from service.database import Database
from service.ids import IdSource
from service.sealing import Seals
from service.settings import Settings


@dataclass(frozen=True)
class Site:
    """
    One installation: database, domain clock, identifier source, seals and settings.

    `bell` is rung when a calculation was asked for: the worker of this process then looks at once.
    """

    db: Database
    clock: Clock
    ids: IdSource
    seals: Seals
    settings: Settings
    bell: threading.Event = field(default_factory=threading.Event, compare=False)


@dataclass(frozen=True)
class Actor:
    """
    Who asks: an account in one role, seen in its territory.

    `party_id` is the person, helper or professional they are; None for the system itself and for roles without one.
    `account_id` is None for the command line.
    """

    role: str
    territory_id: int | None
    account_id: int | None = None
    party_id: int | None = None
    language: str = "fr"
