"""
Valhalla's programs, each in a process of its own that ends with its work: the server never loads them.

They see a map and rounded points, never the database, the settings or a name; what they print is not written to the
log, since it may hold points. Which programs: those of the extra `routing` (package `pyvalhalla`), else those on PATH.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path

import msgspec

from locales import N_
from matching import travel_streets
from matching.travel import Mode
from matching.travel_table import Table
from service.cli_faults import Fault
from service.clock import RealClock

BUILD, SERVICE = "valhalla_build_tiles", "valhalla_service"
MANIFEST, TILES = "streets.json", "tiles"
REQUEST_SECONDS = 120.0
"""A block of sources that takes longer has hung."""
NOT_INSTALLED = N_(
    "Le réseau de rues demande Valhalla, qui n’est pas installé : pip install 'lefil[routing]' "
    "(Python 3.12 ou plus récent), ou ses programmes dans le PATH. Voyez docs/travel.md."
)


class NoStreets(Exception):
    """The program for streets is missing, has died, took too long or answered something else."""


class Streets(msgspec.Struct, frozen=True):
    """
    What a folder of tiles says of itself.

    `extract` is the file that it was built from and `dated` the day of that file; no two builds have the same `stamp`.
    """

    extract: str
    dated: date
    stamp: str


@dataclass(frozen=True)
class Deadline:
    """The moment after which no further block is asked for; None = never."""

    at: float | None = None

    @classmethod
    def within(cls, seconds: float) -> Deadline:
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        return REQUEST_SECONDS if self.at is None else min(REQUEST_SECONDS, self.at - time.monotonic())


def program(name: str) -> str | None:
    """Where a program of Valhalla lies; the package is looked for, not loaded."""
    package = find_spec("valhalla")
    if package is not None and package.origin is not None:
        own = Path(package.origin).parent / "bin" / name
        if own.is_file():
            return str(own)
    beside = Path(sys.executable).parent
    return shutil.which(name, path=os.pathsep.join((str(beside), os.environ.get("PATH", os.defpath))))


def read_streets(folder: Path) -> Streets:
    """
    What a folder of tiles says of itself.

    Raises
    ------
    Fault
        When it is none that `lefil routing build` made.
    """
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Streets)
    except (OSError, msgspec.MsgspecError) as error:
        raise Fault(
            N_(
                "« %(name)s » (LEFIL_ROUTING_TILES) ne contient pas de réseau de rues. "
                "Construisez-le avec « lefil routing build »."
            ),
            name=folder,
        ) from error


def build(extract: Path, into: Path) -> Streets:
    """
    Build tiles from an extract; the folder appears, or is replaced, only when they are whole.

    Raises
    ------
    Fault
        When Valhalla is missing, the folder holds something else, or the extract cannot be read.
    OSError
        When a file cannot be read or written.
    """
    found = program(BUILD)
    if found is None:
        raise Fault(NOT_INSTALLED)
    dated = datetime.fromtimestamp(extract.stat().st_mtime).astimezone().date()
    if into.exists() and (not into.is_dir() or (any(into.iterdir()) and not (into / MANIFEST).is_file())):
        raise Fault(
            N_("« %(name)s » contient autre chose qu’un réseau de rues : choisissez un autre dossier."), name=into
        )
    into = into.absolute()
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into.parent, prefix=f".{into.name}-") as beside:
        new = Path(beside) / "new"
        tiles = new / TILES
        tiles.mkdir(parents=True)
        settings = Path(beside) / "valhalla.json"
        settings.write_text(json.dumps(travel_streets.building(str(tiles))), encoding="utf-8")
        command = [found, "--config", str(settings), str(extract.absolute())]
        done = subprocess.run(command, cwd=beside, env=_environment(), capture_output=True)  # noqa: S603  (found above)
        if done.returncode != 0 or not any(tiles.rglob("*.gph")):
            raise Fault(
                N_(
                    "Aucun réseau de rues ne se construit à partir de « %(name)s » : "
                    "il faut un extrait d’OpenStreetMap (.osm.pbf) qui contient des rues."
                ),
                name=extract,
            )
        streets = Streets(extract.name, dated, RealClock().now().isoformat())
        (new / MANIFEST).write_bytes(msgspec.json.encode(streets))
        if into.exists():
            into.rename(Path(beside) / "old")
        new.rename(into)
    return streets


def fill(
    folder: Path,
    tables: Mapping[str, Table],
    modes: Mapping[str, Mode],
    deadline: Deadline,
    after_block: Callable[[int], None] = lambda pairs: None,
) -> None:
    """
    Ask for every way that nobody has said yet, block by block, into these tables by mode.

    `after_block` hears how many ways a block told. What was told before a failure stays in the tables.

    Raises
    ------
    NoStreets
        When a block fails, or the deadline comes before the last one.
    """
    asked = {mode: table for mode, table in tables.items() if travel_streets.blocks(table)}
    if not asked:
        return
    found = program(SERVICE)
    if found is None:
        raise NoStreets("not installed")
    tiles = folder / TILES
    if not any(tiles.rglob("*.gph")):  # it would answer that there is no way anywhere
        raise NoStreets("no tiles")
    options = travel_streets.speeds(modes)
    with tempfile.TemporaryDirectory(prefix="lefil-streets-") as own:
        settings = Path(own) / "valhalla.json"
        settings.write_text(json.dumps(travel_streets.routing(str(tiles.absolute()))), encoding="utf-8")
        asking = _Asking(found, settings, deadline)
        try:
            for mode, table in asked.items():
                places = tuple(key for key in table.keys if table.unknown(key))
                travel_streets.take_found(
                    table, places, asking.answer("locate", travel_streets.finding(mode, places, options))
                )
                for sources, targets in travel_streets.blocks(table):
                    request = travel_streets.request(mode, sources, targets, options)
                    travel_streets.take(table, sources, targets, asking.answer("sources_to_targets", request))
                    after_block(len(sources) * len(targets))
        except ValueError as error:
            raise NoStreets("unreadable answer") from error


@dataclass(frozen=True)
class _Asking:
    """Starts the program for one question after the other, until the deadline."""

    program: str
    settings: Path
    deadline: Deadline

    def answer(self, action: str, request: bytes) -> bytes:
        seconds = self.deadline.left()
        if seconds <= 0:
            raise NoStreets("out of time")
        # Points go through the pipe: arguments can be read by everybody on the machine.
        command = [self.program, str(self.settings), action, "/dev/stdin"]
        try:
            done = subprocess.run(  # noqa: S603  (found by `program`)
                command,
                input=request,
                env=_environment(),
                cwd=self.settings.parent,
                capture_output=True,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired as error:
            raise NoStreets("took too long") from error
        except OSError as error:
            raise NoStreets(type(error).__name__) from error
        if done.returncode != 0:
            raise NoStreets(f"ended with {done.returncode}")
        return done.stdout


def _environment() -> dict[str, str]:
    """Nothing of ours: neither where the database is nor where the key."""
    own = {"LC_ALL": "C.UTF-8"}
    with contextlib.suppress(KeyError):
        own["PATH"] = os.environ["PATH"]
    return own
