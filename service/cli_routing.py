"""`lefil routing`: streets built from a map, their ways worked out, a file of travel times looked at."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from sqlmodel import select

from locales import N_
from matching import travel_file
from service import process, street_child, travel_sources
from service.cli_faults import Fault
from service.cli_reader import FOLDER, Reader, language
from service.cli_site import opened
from service.settings import Settings
from service.street_child import Deadline
from service.tables.territory import Territory
from service.travel_words import FAULTS, UNKNOWN


@click.group("routing", help=N_("Les temps de trajet : réseau de rues et fichier."))
def routing_group() -> None:
    """`lefil routing` alone shows its help."""


@routing_group.command("build", help=N_("Construit un réseau de rues à partir d’un extrait d’OpenStreetMap."))
@click.argument("extract", metavar=N_("EXTRAIT.osm.pbf"), type=FOLDER)
@click.option("--into", metavar=N_("DOSSIER"), type=FOLDER, required=True, help=N_("Où écrire le réseau."))
@language
@click.pass_obj
def build_streets(reader: Reader, extract: Path, into: Path) -> None:
    process.be_private()
    streets = street_child.build(extract, into)
    reader.say(
        N_("Le réseau de rues du %(day)s est dans « %(name)s ». Indiquez ce dossier dans LEFIL_ROUTING_TILES."),
        day=reader.texts.day(streets.dated, year=True),
        name=into,
    )


@routing_group.command("fill", help=N_("Calcule d’avance les trajets qui manquent, sans limite de temps."))
@language
@click.pass_obj
def fill_ways(reader: Reader) -> None:
    settings = Settings()
    if not settings.routing_tiles:
        raise Fault(N_("Indiquez d’abord le dossier du réseau de rues dans LEFIL_ROUTING_TILES."))
    street_child.read_streets(Path(settings.routing_tiles))
    if street_child.program(street_child.SERVICE) is None:
        raise Fault(street_child.NOT_INSTALLED)
    counted = 0

    def count(pairs: int) -> None:
        nonlocal counted
        counted += pairs

    with opened(settings) as site:
        with site.db() as tx:
            territories = tx.exec(select(Territory.id)).all()
        done = [travel_sources.fill(site, number or 0, Deadline(), count) for number in territories]
    reader.say(N_("%(count)s trajets calculés."), count=counted)
    if not all(done):
        raise Fault(N_("Le calcul sur le réseau de rues n’a pas abouti. Relancez-le : ce qui est calculé reste."))


@routing_group.command("check", help=N_("Vérifie un fichier de temps de trajet, sans rien écrire."))
@click.argument("path", metavar=N_("FICHIER"), type=FOLDER)
@language
@click.pass_obj
def check_file(reader: Reader, path: Path) -> None:
    try:
        file = travel_file.read(path.read_bytes())
    except travel_file.Unusable as error:
        for fault in error.faults:
            reader.say(FAULTS[fault.code], name=path.name, line=fault.line, column=fault.column, value=fault.value)
        reader.note(N_("%(count)s points à corriger."), count=len(error.faults))
        sys.exit(1)
    with opened(Settings(), needs_key=False) as site:
        for ref, (line, column) in travel_sources.unknown_references(site, file).items():
            reader.say(UNKNOWN, name=path.name, line=line, column=column, value=ref)
    for mode, table in file.tables.items():
        reader.say(
            N_("%(mode)s : %(places)s lieux, %(missing)s trajets manquent et suivront la formule."),
            mode=mode,
            places=len(table),
            missing=table.missing(),
        )
