"""`lefil check` and `lefil audit`: is what the database holds as it should be?"""

from __future__ import annotations

import sys
from datetime import date

import click

from locales import N_
from service import audit, checking, pairings, visits
from service.cli_reader import Reader, language, today_option
from service.cli_site import opened
from service.settings import Settings


@click.command("check", help=N_("Vérifie la base de données, les binômes en cours et le plan des visites."))
@today_option
@language
@click.pass_obj
def check_database(reader: Reader, today: date | None) -> None:
    with opened(Settings(), today=today) as site:
        problems = checking.problems(site)
        judged = pairings.judge_live(site) + list(visits.judge_live(site))
    for problem in problems:
        reader.say(problem.message, record=problem.record)
    for line in judged:
        reader.say(N_("Une règle n’est plus respectée : %(line)s"), line=line)
    found = len(problems) + len(judged)
    if found:
        reader.note(N_("%(count)s points à corriger."), count=found)
        sys.exit(1)
    reader.say(N_("Tout est en ordre."))


@click.group("audit", help=N_("Le journal des actions."))
def audit_group() -> None:
    """`lefil audit` alone shows its help."""


@audit_group.command("verify", help=N_("Vérifie que personne n’a modifié le journal."))
@language
@click.pass_obj
def verify_log(reader: Reader) -> None:
    with opened(Settings()) as site, site.db() as tx:
        broken = audit.verify(tx, site.seals)
    if broken is not None:
        reader.note(N_("Le journal a été modifié : %(record)s."), record=broken)
        sys.exit(1)
    reader.say(N_("Le journal est entier."))
