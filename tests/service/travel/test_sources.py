"""From a file and from streets into plans and pages of Seraing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from locales import translator
from matching.planning.instance import Instance
from matching.travel import Travel
from service import access, street_child, travel_sources, visits
from service.cli_faults import Fault, sentence
from service.database import Database
from service.planning_data import read_instance
from service.planning_records import Horizon, Records
from service.site import Site
from service.street_child import Deadline
from service.tables.people import PeerHelper
from service.tables.territory import Territory
from service.tables.travel import TravelMatrix
from service.travel_ways import Stop, Told, Ways, ways_of
from tests import sites
from tests.service.visits.seraing import START, carry_out, coordinator
from tests.service.web.network import BASE, Browser
from tests.service.web.servers import server
from tests.town import MAP_DAY, write_map

FILE_DAY = datetime(2026, 10, 5, 12, tzinfo=UTC)
FORMULA = "Temps de trajet estimés par la formule : distance, détour et vitesse."


@pytest.fixture
def site(filled: Database) -> Iterator[Site]:
    with sites.copied(filled) as db:
        yield sites.a_site(db)


@pytest.fixture(scope="session")
def one_long_street(filled: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Streets of a map on which one street passes by every place of Seraing, in the order of their references."""
    folder = tmp_path_factory.mktemp("seraing")
    keys = tuple(dict.fromkeys(stop.key for stop in stops_of(sites.a_site(filled))))
    street_child.build(write_map(folder / "map.osm.pbf", [({"highway": "residential"}, keys)]), folder / "streets")
    return folder / "streets"


def stops_of(site: Site) -> list[Stop]:
    with site.db() as tx:
        territory = tx.exec(select(Territory)).one()
        records = Records(tx, territory, Horizon(START, 7, territory.timezone), site.clock.now())
        return list(travel_sources.every_place(records).stops)


def named(site: Site, **settings: Any) -> Site:
    """The site when its server has started with these settings."""
    site = replace(site, settings=site.settings.model_copy(update={k: str(v) for k, v in settings.items()}))
    travel_sources.take(site)
    return site


def a_file(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(["mode,from,to,minutes", *lines, ""]), encoding="utf-8")
    os.utime(path, (FILE_DAY.timestamp(), FILE_DAY.timestamp()))
    return path


def instance_of(site: Site) -> tuple[Instance, Ways]:
    with site.db() as tx:
        territory = tx.exec(select(Territory)).one()
        ways = ways_of(tx, territory)
        return read_instance(tx, territory, now=site.clock.now(), start=START, weeks=4, ways=ways), ways


def said(fault: Fault) -> str:
    return sentence(fault, translator("fr")) or ""


def matrices_of(site: Site) -> list[tuple[str, str, str, object]]:
    with site.db() as tx:
        rows = tx.exec(select(TravelMatrix).order_by(TravelMatrix.source, TravelMatrix.mode))
        return [(row.source, row.mode, row.stamp, row.figures) for row in rows]


def test_without_a_source_the_formula_tells_every_way(site: Site):
    travel_sources.take(site)
    instance, ways = instance_of(site)
    stops = {stop.ref: stop for stop in stops_of(site)}
    one, other = stops[instance.places[0]], stops[instance.places[-1]]

    assert instance.travel["bike"][0][-1] == Travel().minutes("bike", one.point, other.point) > 0
    assert ways.told() == Told()


def test_a_file_tells_the_ways_that_it_holds_and_the_formula_the_others(site: Site, tmp_path: Path):
    places = instance_of(site)[0].places
    before = instance_of(site)[0].travel
    site = named(site, travel_file=a_file(tmp_path / "ways.csv", f"car,{places[0]},{places[1]},77"))
    instance, ways = instance_of(site)

    assert instance.travel["car"][0][1] == 77
    assert instance.travel["car"][1][0] == before["car"][1][0]
    assert instance.travel["walk"] == before["walk"]
    told = ways.told()
    assert (told.file_on, told.streets_on) == (date(2026, 10, 5), None)
    assert 0 < told.by_formula < len(places) ** 2


def test_a_file_that_cannot_be_used_names_the_line_and_changes_nothing(site: Site, tmp_path: Path):
    path = a_file(tmp_path / "ways.csv", "walk,a,b,5")
    site = named(site, travel_file=path)
    before = matrices_of(site)
    a_file(path, "walk,a,b,5", "walk,b,a,-3")
    with pytest.raises(Fault) as refused:
        travel_sources.take(site)

    assert said(refused.value) == (
        "«\u00a0ways.csv\u00a0», ligne 3, colonne «\u00a0minutes\u00a0»\u00a0: "
        "«\u00a0-3\u00a0» est plus petit que 0. Rien n’est repris."
    )
    assert matrices_of(site) == before != []


def test_a_file_that_is_no_longer_named_is_forgotten(site: Site, tmp_path: Path):
    site = named(site, travel_file=a_file(tmp_path / "ways.csv", "walk,a,b,5"))
    named(site, travel_file="")

    assert matrices_of(site) == []


def test_references_that_nobody_has_are_named_with_their_line(site: Site, tmp_path: Path):
    place = instance_of(site)[0].places[0]
    content = a_file(tmp_path / "ways.csv", f"walk,{place},SER-X99,5").read_bytes()
    file = travel_sources.read_file(tmp_path / "ways.csv", content)

    assert travel_sources.unknown_references(site, file) == {"SER-X99": (2, "to")}


def test_streets_are_asked_when_somebody_asks_for_a_plan_and_only_once(
    site: Site, one_long_street: Path, tmp_path: Path
):
    site = named(site, routing_tiles=one_long_street)
    by_formula = instance_of(site)[0].travel
    run = visits.ask_for_plan(site, coordinator(site), START, 4)
    instance, ways = instance_of(site)
    worked_out = matrices_of(site)

    assert instance.travel["walk"] != by_formula["walk"]
    assert instance.travel["bus"] == by_formula["bus"]
    assert ways.told().streets_on == MAP_DAY.date()
    carry_out(site, run)
    assert visits.draft(site, coordinator(site), run).travel == ways.told()
    # Without its tiles the engine could answer nothing.
    shutil.copy(one_long_street / street_child.MANIFEST, tmp_path)
    site = named(site, routing_tiles=tmp_path)
    visits.ask_for_plan(site, coordinator(site), START, 4)
    assert matrices_of(site) == worked_out


def test_streets_count_the_minutes_lost_at_each_trip(site: Site, one_long_street: Path):
    site = named(site, routing_tiles=one_long_street)
    travel_sources.fill(site, coordinator(site).territory_id or 0, Deadline())
    with site.db() as tx:
        ways = ways_of(tx, tx.exec(select(Territory)).one())
    first, second = next((one, other) for one in stops_of(site) for other in stops_of(site) if one.key != other.key)
    streets = matrix_of(site, "car")
    seconds = streets.get(first.key, second.key)

    assert seconds is not None
    assert ways.minutes("car", first, second) == 5 + -(-seconds // 60)
    assert ways.minutes("car", first, first) == 0


def matrix_of(site: Site, mode: str) -> Any:
    with site.db() as tx:
        territory = tx.exec(select(Territory)).one()
        return ways_of(tx, territory).streets[mode]


def test_a_plan_does_without_streets_that_fail_and_says_so(site: Site, one_long_street: Path, tmp_path: Path):
    shutil.copy(one_long_street / street_child.MANIFEST, tmp_path)
    site = named(site, routing_tiles=tmp_path)
    run = visits.ask_for_plan(site, coordinator(site), START, 4)
    carry_out(site, run)
    client = seen_by_the_coordinator(site)

    assert visits.draft(site, coordinator(site), run).travel.stopped
    page = client.get(f"/semaine/calculs/{run}").text
    assert "Temps de trajet : réseau des rues et des chemins du lundi 2 novembre 2026." in page
    assert "Le calcul sur le réseau de rues n’a pas abouti." in page


def test_the_week_says_where_its_travel_times_come_from(site: Site, tmp_path: Path):
    assert FORMULA in seen_by_the_coordinator(site).get(f"/semaine/{START}").text
    site = named(site, travel_file=a_file(tmp_path / "ways.csv", "walk,a,b,5"))

    page = seen_by_the_coordinator(site).get(f"/semaine/{START}").text
    assert "Temps de trajet : fichier du lundi 5 octobre 2026." in page
    assert FORMULA not in page


def test_whoever_moves_away_is_forgotten_with_the_next_plan(site: Site, one_long_street: Path):
    site = named(site, routing_tiles=one_long_street)
    for lat in (50.591, 50.592):
        with site.db.begin() as tx:
            helper = tx.exec(select(PeerHelper).order_by(col(PeerHelper.id))).first()
            assert helper is not None
            helper.base_lat, helper.base_lon = lat, 5.555
            tx.add(helper)
        travel_sources.fill(site, helper.territory_id, Deadline())

    assert "50.592,5.555" in matrix_of(site, "walk").keys
    assert "50.591,5.555" not in matrix_of(site, "walk").keys


def test_a_folder_without_streets_is_refused_when_the_server_starts(site: Site, tmp_path: Path):
    with pytest.raises(Fault) as refused:
        named(site, routing_tiles=tmp_path)

    assert "lefil routing build" in said(refused.value)


def seen_by_the_coordinator(site: Site) -> Any:
    site = replace(site, settings=site.settings.model_copy(update={"demo": True, "base_url": BASE}))
    access.make_demo_accounts(site)
    client = Browser(server(site))
    client.enter(access.new_link(site, "coordinator"))
    return client
