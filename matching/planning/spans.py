"""Half-open stretches of whole ticks: sorted, apart from each other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

Span = tuple[int, int]


def tidy(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Sorted, with touching and overlapping ones joined and empty ones left out."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def within(spans: Sequence[Span], start: int, end: int) -> bool:
    """Whether one of the tidy spans holds all of [start, end)."""
    at = bisect_right(spans, start, key=lambda span: span[0]) - 1
    return at >= 0 and end <= spans[at][1]


def shared(ones: Sequence[Span], others: Sequence[Span]) -> tuple[Span, ...]:
    """What lies in both."""
    found: list[Span] = []
    first = second = 0
    while first < len(ones) and second < len(others):
        start, end = max(ones[first][0], others[second][0]), min(ones[first][1], others[second][1])
        if start < end:
            found.append((start, end))
        if ones[first][1] < others[second][1]:
            first += 1
        else:
            second += 1
    return tuple(found)
