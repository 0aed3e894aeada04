"""Peer helpers as the coordination sees them: who they are, how much they carry, whose supervision is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlmodel import Session

from matching.pairing.instance import STATES_WITH_HOURS, contact
from matching.pairing.rules import CONTACT_PERCENT, SUPERVISION_DAYS
from service.kept_records import areas, desk, languages, themes
from service.pairing_data import Records, read_records, second_contact, supervisions
from service.passwords import simplified
from service.rows import by_id
from service.site import Actor, Site
from service.tables.people import PeerHelper
from service.tables.territory import Neighbourhood

SOON_DAYS = 14
"""So long before it is due a supervision is spoken of."""
WEEKS = 52
PAGE = 100
"""Rows of one page (`security.md` H1)."""


@dataclass(frozen=True)
class Load:
    """
    What a helper carries against their limits.

    `persons` are those of live pairings, proposals among them; `minutes` of contact a week on average, against 60 % of
    the weekly hours (rule 11).
    """

    persons: int
    persons_max: int
    minutes: int
    minutes_max: int

    @property
    def free(self) -> int:
        """Places left: none when the hours are used up."""
        return max(0, self.persons_max - self.persons) if self.minutes < self.minutes_max else 0


@dataclass(frozen=True)
class Supervision:
    """`last` counts planned ones that were held; `due_on` is the first day on which rule 10 is broken without one."""

    last: date | None
    due_on: date | None
    state: str
    """`late`, `soon`, `fine`, or empty for whoever accompanies nobody."""


@dataclass(frozen=True)
class HelperLine:
    """Themes and languages by name."""

    public_id: str
    name: str
    status: str
    themes: tuple[str, ...]
    languages: tuple[str, ...]
    area: str
    load: Load
    supervision: Supervision


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty means everything. Whoever left is shown only when asked for."""

    text: str = ""
    status: str = ""
    theme: str = ""
    language: str = ""
    area: str = ""
    due: bool = False
    free: bool = False

    @property
    def anything(self) -> bool:
        return self != Wanted()

    @property
    def narrows(self) -> bool:
        """Something beside the name."""
        return self != Wanted(text=self.text)


@dataclass(frozen=True)
class Found:
    """
    One page of those who fit, by name, and what the list can be narrowed by.

    `count` are all who fit, `total` all of the territory.
    """

    lines: tuple[HelperLine, ...]
    count: int
    total: int
    themes: Mapping[str, str] = field(default_factory=dict[str, str])
    languages: Mapping[str, str] = field(default_factory=dict[str, str])
    areas: Mapping[str, str] = field(default_factory=dict[str, str])


def listing(site: Site, actor: Actor, wanted: Wanted, language: str = "fr", *, page: int = 1) -> Found:
    """The territory's peer helpers, a hundred on a page; the number of questions does not grow with theirs."""
    with site.db() as tx:
        at = desk(tx, site, actor, language)
        records = read_records(tx, at.territory.id or 0, at.day)
        rows = sorted(records.helpers.values(), key=lambda row: (simplified(row.display_name), row.ref))
        known = by_id(tx, Neighbourhood, (row.neighbourhood_id for row in rows))
        carried, supervised = loads(tx, records, rows), supervisions(tx, records)
        all_themes, all_languages = themes(at), languages(at)
        shown = [
            HelperLine(
                public_id=row.public_id,
                name=row.display_name,
                status=row.status,
                themes=tuple(all_themes.get(code, code) for code in row.themes),
                languages=tuple(all_languages.get(tag, tag) for tag in row.languages),
                area=known[row.neighbourhood_id].name if row.neighbourhood_id in known else "",
                load=carried[row.id],
                supervision=supervision_of(row, supervised.get(row.id), at.day),
            )
            for row in rows
            if _fits(row, wanted, known)
        ]
        shown = [
            one
            for one in shown
            if (not wanted.due or one.supervision.state in ("late", "soon"))
            and (not wanted.free or (one.load.free > 0 and one.status == "active"))
        ]
        here = {row.neighbourhood_id for row in rows}
        return Found(
            lines=tuple(shown[(page - 1) * PAGE : page * PAGE]),
            count=len(shown),
            total=len(rows),
            themes={code: all_themes.get(code, code) for row in rows for code in row.themes},
            languages={tag: all_languages.get(tag, tag) for row in rows for tag in row.languages},
            areas={
                public_id: name
                for public_id, name in areas(at).items()
                if any(known[number].public_id == public_id for number in here if number in known)
            },
        )


def _fits(row: PeerHelper, wanted: Wanted, known: Mapping[int, Neighbourhood]) -> bool:
    area = known.get(row.neighbourhood_id or 0)
    return (
        (simplified(wanted.text) in simplified(f"{row.display_name} {row.ref}"))
        and (row.status == wanted.status if wanted.status else row.status != "left")
        and (not wanted.theme or wanted.theme in row.themes)
        and (not wanted.language or wanted.language in row.languages)
        and (not wanted.area or (area is not None and area.public_id == wanted.area))
    )


def loads(tx: Session, records: Records, rows: Iterable[PeerHelper]) -> dict[int, Load]:
    """What each of these helpers carries, by the rule that pairing goes by."""
    beside = second_contact(tx, records)
    persons: dict[int, int] = {}
    minutes: dict[int, int] = dict(beside)
    for pairing in records.live:
        helper, person = pairing.peer_helper_id, records.people[pairing.person_id]
        persons[helper] = persons.get(helper, 0) + 1
        if pairing.status in STATES_WITH_HOURS:
            minutes[helper] = minutes.get(helper, 0) + contact(person.visit_frequency, person.visit_minutes)
    return {
        row.id: Load(
            persons=persons.get(row.id, 0),
            persons_max=row.max_persons,
            minutes=-(-minutes.get(row.id, 0) // WEEKS),
            minutes_max=row.weekly_minutes_max * CONTACT_PERCENT // 100,
        )
        for row in rows
    }


def supervision_of(row: PeerHelper, held: date | None, day: date) -> Supervision:
    """When the next supervision is due; `held` is the last planned one that included the helper."""
    last = max((one for one in (row.last_supervision_on, held) if one is not None), default=None)
    due_on = last + timedelta(days=SUPERVISION_DAYS + 1) if last is not None else None
    if row.status != "active":
        return Supervision(last, due_on, "")
    if due_on is None or due_on <= day:
        return Supervision(last, due_on, "late")
    return Supervision(last, due_on, "soon" if due_on <= day + timedelta(days=SOON_DAYS) else "fine")
