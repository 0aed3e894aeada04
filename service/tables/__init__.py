"""All tables, by noun; importing this package registers every one in `SQLModel.metadata`."""

from service.tables import (
    access,
    calendars,
    feeds,
    follow,
    mail,
    network,
    pairings,
    people,
    requests,
    territory,
    travel,
    work,
)

__all__ = [
    "access",
    "calendars",
    "feeds",
    "follow",
    "mail",
    "network",
    "pairings",
    "people",
    "requests",
    "territory",
    "travel",
    "work",
]
