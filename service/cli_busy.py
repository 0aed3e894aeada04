"""`lefil busy`: when somebody is taken, by a file of another calendar."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from calendars.reading_lines import MOST_BYTES, Unreadable
from locales import N_
from service.busy_process import read_apart
from service.busy_words import REFUSALS
from service.cli_reader import DATE, FOLDER, Reader, language

LONGEST_DAYS = 2 * 366
"""`security.md` H2: two years."""


@click.command("busy", help=N_("Dit quand une personne est prise, d’après le fichier d’un autre calendrier (.ics)."))
@click.argument("path", metavar=N_("FICHIER"), type=FOLDER)
@click.option("--from", "first", type=DATE, required=True, metavar=N_("AAAA-MM-JJ"), help=N_("Premier jour."))
@click.option(
    "--to",
    "after",
    type=DATE,
    required=True,
    metavar=N_("AAAA-MM-JJ"),
    help=N_("Jour où s’arrêter, non compris ; deux ans après le premier au plus."),
)
@click.option("--timezone", required=True, metavar=N_("FUSEAU"), help=N_("Fuseau horaire, comme Europe/Brussels."))
@click.option("--json", "as_json", is_flag=True, help=N_("Pour un programme : une ligne de JSON, en UTC."))
@language
@click.pass_obj
def busy_times(reader: Reader, path: Path, first: datetime, after: datetime, timezone: str, as_json: bool) -> None:
    zone = _zone(reader, timezone)
    begins, ends = _period(reader, first.date(), after.date(), zone)
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    try:
        found = read_apart(content, begins, ends, timezone)
    except Unreadable as refused:
        message = reader.texts.gettext(REFUSALS[refused.code])
        if as_json:
            click.echo(json.dumps({"error": refused.code, "message": message}, ensure_ascii=False))
        else:
            click.echo(message, err=True)
        sys.exit(2)
    if as_json:
        click.echo(json.dumps([[f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in interval] for interval in found]))
        return
    for start, end in found:
        first, last = start.astimezone(zone), end.astimezone(zone)
        reader.say(
            N_("Du %(first)s, %(start)s, au %(last)s, %(end)s"),
            first=reader.texts.day(first, year=True),
            start=reader.texts.time_of_day(first),
            last=reader.texts.day(last, year=True),
            end=reader.texts.time_of_day(last),
        )
    if not found:
        reader.say(N_("Rien n’est pris pendant ces jours."))


def _zone(reader: Reader, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        said = reader.texts.gettext(N_("« %(name)s » n’est pas un fuseau horaire."), name=name)
        raise click.UsageError(said) from error


def _period(reader: Reader, first: date, after: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    if not 0 < (after - first).days <= LONGEST_DAYS or not 1971 < first.year < 2190:
        raise click.UsageError(
            reader.texts.gettext(N_("« --to » vient après « --from », de deux ans au plus, entre 1972 et 2189."))
        )
    begins, ends = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, after))
    return begins, ends
