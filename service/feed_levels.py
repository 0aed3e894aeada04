"""How much each kind of feed may say, and what a network has forbidden (`settled.md` 19)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

PARTIES = ("peer_helper", "professional", "person")
LEVELS: Mapping[str, tuple[str, ...]] = {
    "own": ("minimal", "busy", "initials", "place"),
    "busy": ("busy",),
    "place": ("minimal", "busy", "place"),
    "territory": ("minimal", "busy", "place"),
    "working_group": ("minimal", "busy", "place"),
    "team": ("minimal", "busy", "initials", "place"),
}
"""What each kind of feed may say; the first is the default."""
LESS: Mapping[str, tuple[str, ...]] = {
    "plain": ("place", "initials", "minimal"),
    "place": ("minimal",),
    "initials": ("minimal",),
    "minimal": (),
    "busy": (),
}
"""The levels that say less and nothing more, the fullest first: *initials* tells no place, *place* no letter."""
FORBIDDABLE = ("initials", "place", "plain")
"""Nothing says less than *busy*, and *minimal* is what everything falls back to: these two always stay."""


def levels_of(kind: str, owner_kind: str | None) -> tuple[str, ...]:
    """What an owner may choose from, before the network forbids any; *plain* is the person's own alone."""
    return (*LEVELS[kind], "plain") if kind == "own" and owner_kind == "person" else LEVELS[kind]


def read_at(level: str, forbidden: Collection[str]) -> str:
    """The level at which a feed is read: its own, or the next one that says less and nothing else."""
    return next((one for one in (level, *LESS[level]) if one not in forbidden), "minimal")
