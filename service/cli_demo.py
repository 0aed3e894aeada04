"""`lefil demo`: its options."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import click

from locales import N_
from service import demo
from service.cli_reader import FOLDER, Reader, date_option, language
from service.imports import shipped

START = date(2027, 1, 11)
LOOK_AHEAD = timedelta(days=7)


@click.command(
    "demo", help=N_("Fait tout le chemin une fois, sans serveur : fichiers, propositions, visites, calendriers.")
)
@click.option("--territory", type=click.Choice(shipped.NAMES), default="seraing", show_default=True)
@click.option(
    "--data", type=FOLDER, metavar=N_("DOSSIER"), help=N_("Un dossier au même format, avec « common » à côté.")
)
@date_option("--start", N_("Premier jour du plan (2027-01-11)."))
@click.option("--weeks", type=int, default=4, show_default=True, help=N_("Nombre de semaines."))
@date_option("--today", N_("Le jour qu’il est ; sinon sept jours avant le plan."))
@click.option("--accept-first", is_flag=True, help=N_("Faire comme si les premières propositions étaient acceptées."))
@click.option("--out", type=FOLDER, metavar=N_("DOSSIER"), required=True, help=N_("Où laisser les fichiers."))
@language
@click.pass_obj
def demo_command(
    reader: Reader,
    territory: str,
    data: Path | None,
    start: date | None,
    weeks: int,
    today: date | None,
    accept_first: bool,
    out: Path,
) -> None:
    first = start or START
    demo.run(
        demo.Demo(
            data=data or shipped.path(territory),
            start=first,
            weeks=weeks,
            today=today or first - LOOK_AHEAD,
            accept_first=accept_first,
            out=out,
        ),
        reader.texts,
        reader.say,
    )
