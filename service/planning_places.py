"""Where everybody is: places of an instance by index, and travel times between them."""

from __future__ import annotations

from collections.abc import Mapping

from matching.travel import Point
from service.tables.people import PeerHelper, Person, Place, Professional
from service.tables.territory import Organisation
from service.travel_ways import Stop, Ways


class Places:
    """Gives each reference met the next index; nobody is placed more exactly than their row says."""

    def __init__(
        self,
        areas: Mapping[int | None, Point],
        places: Mapping[int, Place],
        organisations: Mapping[int | None, Organisation],
    ) -> None:
        self._areas, self._places, self._organisations = areas, places, organisations
        self._index: dict[str, int] = {}
        self.stops: list[Stop] = []

    @property
    def refs(self) -> tuple[str, ...]:
        return tuple(self._index)

    def person(self, person: Person) -> int | None:
        """The meeting place when there is one, else coordinates, else the neighbourhood's centre (12.8)."""
        if person.meeting_place_id is not None:
            at = self.place(person.meeting_place_id)
            if at is not None:
                return at
        return self._at(person.ref, person.lat, person.lon, person.neighbourhood_id)

    def place(self, place_id: int | None) -> int | None:
        if place_id is None:
            return None
        place = self._places[place_id]
        return self._at(place.ref, place.lat, place.lon, place.neighbourhood_id)

    def helper(self, helper: PeerHelper) -> int | None:
        return self._at(helper.ref, helper.base_lat, helper.base_lon, helper.neighbourhood_id)

    def professional(self, professional: Professional) -> int | None:
        """Professionals start from their organisation."""
        home = self._organisations.get(professional.organisation_id)
        return None if home is None else self._at(home.ref, home.lat, home.lon, home.neighbourhood_id)

    def _at(self, ref: str, lat: float | None, lon: float | None, area: int | None) -> int | None:
        point = Point(lat, lon) if lat is not None and lon is not None else self._areas.get(area)
        if point is None:
            return None
        if ref not in self._index:
            self._index[ref] = len(self.stops)
            self.stops.append(Stop.at(ref, point))
        return self._index[ref]


def matrices(ways: Ways, index: Places) -> Mapping[str, tuple[tuple[int, ...], ...]]:
    """Minutes between all places by mode; a person comes on foot or by bus, whichever is faster."""
    found = ways.between(index.stops)
    found["person"] = tuple(
        tuple(min(pair) for pair in zip(on_foot, by_bus, strict=True))
        for on_foot, by_bus in zip(found["walk"], found["bus"], strict=True)
    )
    return found
