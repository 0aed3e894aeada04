"""The strip of a day and the map of its rounds."""

from __future__ import annotations

from xml.etree import ElementTree

from service.web.drawings import MAP_HEIGHT, MAP_WIDTH, Area, Round, Stop, day_map, hours, strip

AREAS = [
    Area("Boncelles", 50.5715, 5.537),
    Area("Tilleur", 50.6215, 5.5335),
    Area("Val-Saint-Lambert", 50.5925, 5.4835),
]


def stop(number: int, lat: float = 50.6, lon: float = 5.5, label: str = "Ana, arrêt") -> Stop:
    return Stop(lat, lon, number, label, "/semaine/visites/1")


def test_a_strip_shows_free_and_busy_minutes_between_eight_and_twenty():
    drawn = ElementTree.fromstring(strip([(7 * 60, 9 * 60), (21 * 60, 22 * 60)], [(600, 660)]))  # noqa: S314

    bars = [(bar.get("class"), bar.get("x"), bar.get("width")) for bar in drawn]
    assert bars == [("all", None, "720"), ("free", "0", "60"), ("busy", "120", "60")]


def test_hours_show_visits_and_the_ways_to_them_cut_at_both_ends_of_the_day():
    drawn = ElementTree.fromstring(hours([(540, 720)], [(600, 660)], [(1180, 1260)], [(590, 600)]))  # noqa: S314

    bars = [(bar.get("class"), bar.get("x"), bar.get("width")) for bar in drawn if bar.get("class") != "grid"]
    assert bars[1:] == [("free", "60", "180"), ("way", "110", "10"), ("other", "700", "20"), ("visit", "120", "60")]


def test_north_is_up_and_east_is_right():
    drawn = ElementTree.fromstring(day_map(AREAS, [], "Carte"))  # noqa: S314
    at = {name.text: (float(name.get("x", 0)), float(name.get("y", 0))) for name in drawn if name.get("class") == "plc"}

    assert at["Tilleur"][1] < at["Boncelles"][1]
    assert at["Val-Saint-Lambert"][0] < at["Boncelles"][0]


def test_everything_stays_inside_and_stops_at_one_place_stand_side_by_side():
    drawn = ElementTree.fromstring(day_map(AREAS, [Round("p1", tuple(stop(n) for n in range(1, 7)))], "Carte"))  # noqa: S314
    circles = [(float(c.get("cx", 0)), float(c.get("cy", 0))) for a in drawn.iter("a") for c in a.iter("circle")]

    assert len(set(circles)) == 6
    assert all(0 <= x <= MAP_WIDTH and 0 <= y <= MAP_HEIGHT for x, y in circles)


def test_names_are_escaped_and_the_same_day_is_drawn_the_same():
    hostile = [Area('<b>"', 50.6, 5.5)]
    rounds = [Round("p1", (stop(1, label='"><script>'),))]
    drawn = day_map(hostile, rounds, "Carte")

    assert "<script>" not in drawn
    assert drawn == day_map(hostile, rounds, "Carte")
