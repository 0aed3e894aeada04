"""Records that may be of one and the same person, under two pseudonyms: likeness only, the coordinator decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlmodel import Session, col, select

from service import audit, people
from service.access_scope import only_coordinator
from service.errors import NotFound
from service.people import find, held, plain
from service.site import Actor, Site
from service.tables.people import DistinctPair, Person

LIKENESSES = ("same_name", "close_name", "same_area", "same_age")
MOST_PAIRS = 100
TITLES = frozenset({"m", "mr", "mme", "mlle", "monsieur", "madame"})
SHORTEST = 3
"""Shorter names differ by one letter too often to mean anything."""


@dataclass(frozen=True)
class Looks:
    """What likeness is judged by; None where it is not known."""

    number: int
    public_id: str
    ref: str
    pseudonym: str
    status: str
    area: int | None
    age: str | None


@dataclass(frozen=True)
class Twin:
    """Another record that may be of the same person, and what is alike."""

    public_id: str
    ref: str
    pseudonym: str
    status: str
    alike: tuple[str, ...]


@dataclass(frozen=True)
class TwinPair:
    first: Looks
    second: Looks
    alike: tuple[str, ...]


def likely(site: Site, actor: Actor) -> list[TwinPair]:
    """Pairs of the territory that look like one person, the likeliest first; those known to be two are left out."""
    only_coordinator(actor)
    with site.db() as tx:
        everybody = list(looks(tx, actor))
        apart = {
            (row.person_id, row.other_person_id)
            for row in tx.exec(
                select(DistinctPair).where(col(DistinctPair.person_id).in_([one.number for one in everybody]))
            )
        }
    by_number = {one.number: one for one in everybody}
    found: list[TwinPair] = []
    for first, second in _candidates(everybody):
        alike = likeness(by_number[first], by_number[second])
        if alike and (first, second) not in apart:
            found.append(TwinPair(by_number[first], by_number[second], alike))
    found.sort(key=lambda pair: (-_weight(pair.alike), plain(pair.first.pseudonym), pair.first.ref, pair.second.ref))
    return found[:MOST_PAIRS]


def twins_of(tx: Session, actor: Actor, said: Looks) -> list[Twin]:
    """Records that look like somebody about to be written down."""
    return [
        Twin(one.public_id, one.ref, one.pseudonym, one.status, alike)
        for one in looks(tx, actor)
        if one.number != said.number and (alike := likeness(said, one))
    ]


def named(site: Site, actor: Actor, *said: str) -> list[str]:
    """Public ids of the persons with these pseudonyms or references; empty for whom nobody knows."""
    only_coordinator(actor)
    with site.db() as tx:
        rows = [people.named(tx, actor, one) for one in said]
        return [row.public_id if row is not None else "" for row in rows]


def keep_apart(site: Site, actor: Actor, person: str, other: str, *, apart: bool = True) -> None:
    """Note that two who look like one are two, so that nobody is asked again; or take it back."""
    with site.db.begin() as tx:
        row, second = held(tx, actor, person), find(tx, actor, other)
        if row.id == second.id:
            raise NotFound
        low, high = sorted((row.id, second.id))
        known = tx.exec(
            select(DistinctPair).where(DistinctPair.person_id == low, DistinctPair.other_person_id == high)
        ).first()
        if apart and known is None:
            tx.add(DistinctPair(person_id=low, other_person_id=high))
        elif known is not None and not apart:
            tx.delete(known)
        action = "person.kept_apart" if apart else "person.kept_apart_taken_back"
        for one in (row, second):
            audit.note(tx, site, actor, action, "person", one.public_id)


def looks(tx: Session, actor: Actor) -> Iterator[Looks]:
    """What likeness is judged by, of everybody in the territory."""
    rows = tx.exec(
        select(Person)
        .where(col(Person.territory_id) == actor.territory_id, col(Person.merged_into_id).is_(None))
        .order_by(col(Person.id))
    ).all()
    for row in rows:
        yield Looks(row.id, row.public_id, row.ref, row.pseudonym, row.status, row.neighbourhood_id, row.age_band)


def likeness(one: Looks, other: Looks) -> tuple[str, ...]:
    """What two records share, when it is enough to ask; nothing otherwise."""
    name = _name_likeness(one.pseudonym, other.pseudonym)
    if not name:
        return ()
    alike = (
        name,
        *(("same_area",) if one.area is not None and one.area == other.area else ()),
        *(("same_age",) if one.age and one.age == other.age else ()),
    )
    other_age = bool(one.age and other.age and one.age != other.age)
    # One letter apart is chance unless something else fits; two ages that differ speak against it.
    if name == "close_name" and (len(alike) == 1 or other_age):
        return ()
    return alike


def _weight(alike: Sequence[str]) -> int:
    return sum({"same_name": 3, "close_name": 1, "same_area": 1, "same_age": 1}[code] for code in alike)


def _name_likeness(one: str, other: str) -> str:
    (first, digits), (second, others) = _bare(one), _bare(other)
    if not first or not second or digits != others:
        return ""
    if first == second:
        return "same_name"
    if min(len(first), len(second)) < SHORTEST:
        return ""
    return "close_name" if _variants(first) & _variants(second) else ""


def _bare(pseudonym: str) -> tuple[str, str]:
    """The letters without titles, accents and signs, and the digits: « Rose 1 » and « Rose 2 » are two on purpose."""
    said = plain(pseudonym)
    words = "".join(one if one.isalnum() else " " for one in said).split()
    bare = "".join(word for word in words if word not in TITLES)
    return "".join(one for one in bare if one.isalpha()), "".join(one for one in bare if one.isdecimal())


def _variants(name: str) -> frozenset[str]:
    """The name, and the name without each of its letters: two names one letter apart share one of them."""
    return frozenset({name, *(name[:at] + name[at + 1 :] for at in range(len(name)))})


def _candidates(everybody: Iterable[Looks]) -> list[tuple[int, int]]:
    """Pairs whose names may be alike, found without comparing each with each."""
    by_variant: dict[str, list[int]] = defaultdict(list)
    for one in everybody:
        for variant in _variants(_bare(one.pseudonym)[0]):
            if variant:
                by_variant[variant].append(one.number)
    pairs = {
        (min(pair), max(pair)) for numbers in by_variant.values() for pair in combinations(sorted(set(numbers)), 2)
    }
    return sorted(pairs)
