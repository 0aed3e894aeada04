"""Figures between places."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from matching.travel import Point
from matching.travel_table import LARGEST, NO_WAY, UNKNOWN, Table, key_of, unpacked

KEYS = ("a", "b", "c")


def table(**ways: int) -> Table:
    """`ab=5`: five from a to b."""
    made = Table(KEYS)
    for way, figure in ways.items():
        made.put(way[0], way[1], figure)
    return made


def test_a_way_is_not_the_way_back():
    assert table(ab=5).get("a", "b") == 5
    assert table(ab=5).get("b", "a") is None
    assert table(ab=5).get("a", "nowhere") is None


def test_no_way_is_known_but_gives_no_figure():
    made = table(aa=0, ab=NO_WAY, ac=3)

    assert made.get("a", "b") is None
    assert made.unknown("a") == ()
    assert made.unknown("b") == KEYS


def test_only_ways_between_two_places_are_missing():
    assert Table(KEYS).missing() == 6
    assert table(ab=5, ca=NO_WAY).missing() == 5


def test_a_new_place_keeps_what_is_known_of_the_others():
    made = table(ab=5, ba=6, ac=7).over(("b", "d", "a"))

    assert made.keys == ("b", "d", "a")
    assert (made.get("a", "b"), made.get("b", "a")) == (5, 6)
    assert made.unknown("d") == ("b", "d", "a")


@given(st.lists(st.sampled_from((0, 1, 255, 256, LARGEST, NO_WAY, UNKNOWN)), min_size=9, max_size=9))
def test_what_is_packed_comes_out_the_same(figures: list[int]):
    made = Table(KEYS)
    for number, figure in enumerate(figures):
        made.put(KEYS[number // 3], KEYS[number % 3], figure)

    assert unpacked(KEYS, made.packed()).cells == made.cells


def test_a_person_is_never_placed_more_exactly_than_to_three_decimals():
    assert key_of(Point(50.61249, 5.49951)) == "50.612,5.500"
