"""All tables, by noun; importing this package registers every one in `SQLModel.metadata`."""

from service.tables import (
    access,
    calendars,
    duties,
    feeds,
    follow,
    mail,
    network,
    pairings,
    people,
    presence,
    request_threads,
    requests,
    terms,
    territory,
    travel,
    work,
)

__all__ = [
    "access",
    "calendars",
    "duties",
    "feeds",
    "follow",
    "mail",
    "network",
    "pairings",
    "people",
    "presence",
    "request_threads",
    "requests",
    "terms",
    "territory",
    "travel",
    "work",
]
