"""`lefil routing`: a map becomes streets, a file of travel times is looked at."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from service import street_child
from tests.service.cli.builders import Terminal, free_port
from tests.town import write_map


def test_a_map_becomes_a_folder_of_streets_and_may_be_built_again(terminal: Terminal, tmp_path: Path):
    write_map(tmp_path / "town.osm.pbf")
    first = terminal.lefil("routing", "build", "town.osm.pbf", "--into", "streets")
    stamp = street_child.read_streets(tmp_path / "streets").stamp
    second = terminal.lefil("routing", "build", "town.osm.pbf", "--into", "streets")

    assert (first.code, second.code) == (0, 0)
    assert "lundi 2 novembre 2026" in first.out
    assert street_child.read_streets(tmp_path / "streets").stamp != stamp
    assert sorted(path.name for path in tmp_path.iterdir()) == ["streets", "town.osm.pbf"]


@pytest.mark.parametrize("content", [b"", b"no map at all", b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x7b"])
def test_what_is_no_map_builds_nothing(terminal: Terminal, tmp_path: Path, content: bytes):
    (tmp_path / "town.osm.pbf").write_bytes(content)
    said = terminal.lefil("routing", "build", "town.osm.pbf", "--into", "streets")

    assert said.code == 1
    assert said.err.count("\n") == 1
    assert "town.osm.pbf" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["town.osm.pbf"]


def test_a_folder_with_something_else_is_left_alone(terminal: Terminal, tmp_path: Path):
    write_map(tmp_path / "town.osm.pbf")
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "one.txt").write_text("dear")
    said = terminal.lefil("routing", "build", "town.osm.pbf", "--into", "letters")

    assert said.code == 1
    assert "letters" in said.err
    assert (tmp_path / "letters" / "one.txt").read_text() == "dear"


def test_without_the_extra_one_sentence_says_what_to_install(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write_map(tmp_path / "town.osm.pbf")
    monkeypatch.setitem(sys.modules, "valhalla", None)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    terminal.set("PATH", str(tmp_path))
    said = terminal.lefil("routing", "build", "town.osm.pbf", "--into", "streets")

    assert said.code == 1
    assert said.err.count("\n") == 1
    assert "lefil[routing]" in said.err


def test_the_ways_of_a_territory_are_worked_out_in_advance(seraing: Terminal, tmp_path: Path):
    seraing.lefil("routing", "build", write_map(tmp_path / "town.osm.pbf"), "--into", "streets")
    without = seraing.lefil("routing", "fill")
    seraing.set("LEFIL_ROUTING_TILES", str(tmp_path / "streets"))
    first, second = seraing.lefil("routing", "fill"), seraing.lefil("routing", "fill")

    assert "LEFIL_ROUTING_TILES" in without.err
    assert (first.code, second.code) == (0, 0)
    assert first.out != "0 trajets calculés.\n" == second.out


def test_every_fault_of_a_file_is_named(seraing: Terminal, tmp_path: Path):
    (tmp_path / "ways.csv").write_text("mode,from,to,minutes\ntram,a,b,5\nwalk,a,b,ten\n")
    said = seraing.lefil("routing", "check", "ways.csv")

    assert said.code == 1
    assert [line.partition("\u00a0: ")[0] for line in said.out.splitlines()] == [
        "«\u00a0ways.csv\u00a0», ligne 2, colonne «\u00a0mode\u00a0»",
        "«\u00a0ways.csv\u00a0», ligne 3, colonne «\u00a0minutes\u00a0»",
    ]


def test_a_good_file_tells_what_it_lacks(seraing: Terminal, tmp_path: Path):
    (tmp_path / "ways.csv").write_text("mode,from,to,minutes\nwalk,SER-P001,SER-P002,5\nwalk,SER-P001,SER-Z1,5\n")
    said = seraing.lefil("routing", "check", "ways.csv")

    assert said.code == 0
    assert "ligne 3, colonne «\u00a0to\u00a0»\u00a0: aucun lieu n’a la référence «\u00a0SER-Z1\u00a0»" in said.out
    assert "walk\u00a0: 3 lieux, 4 trajets manquent" in said.out


def test_the_server_does_not_start_on_a_file_that_cannot_be_used(seraing: Terminal, tmp_path: Path):
    (tmp_path / "ways.csv").write_text("mode,from,to,minutes\nwalk,a,b,nan\n")
    seraing.set("LEFIL_TRAVEL_FILE", str(tmp_path / "ways.csv"))
    before = seraing.rows()
    said = seraing.apart("serve", "--port", free_port())

    assert said.code == 1
    last = said.err.strip().splitlines()[-1]
    assert last.startswith("«\u00a0ways.csv\u00a0», ligne 2, colonne «\u00a0minutes\u00a0»")
    assert seraing.rows() == before
