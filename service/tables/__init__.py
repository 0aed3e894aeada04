"""All tables, by noun; importing this package registers every one in `SQLModel.metadata`."""

from service.tables import (
    access,
    calendars,
    feeds,
    mail,
    network,
    pairings,
    people,
    requests,
    rights,
    territory,
    travel,
    work,
)

__all__ = [
    "access",
    "calendars",
    "feeds",
    "mail",
    "network",
    "pairings",
    "people",
    "requests",
    "rights",
    "territory",
    "travel",
    "work",
]
