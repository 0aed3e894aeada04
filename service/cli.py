"""
The command `lefil`: every subcommand calls the same use cases as the web.

It ends with 0, or with one clear sentence on standard error and another number: 1 when it could not be done, 2 when
the command was not understood.
"""

from __future__ import annotations

import sys

import click

from locales import N_
from service import access, codes
from service.cli_busy import busy_times
from service.cli_check import audit_group, check_database
from service.cli_demo import demo_command
from service.cli_import import export_folder, import_folder
from service.cli_keys import make_key
from service.cli_mail import mail_group
from service.cli_reader import Reader, language
from service.cli_routing import routing_group
from service.cli_site import opened
from service.cli_start import carry_out
from service.cli_terms import terms_group
from service.database import Database, upgrade
from service.settings import Settings


@click.group(
    help=N_("Le Fil : appariements et visites de la pair-aidance, proposés par l’outil, décidés par les personnes.")
)
def cli() -> None:
    """`lefil` alone shows its help."""


@cli.command(help=N_("Met la base de données à jour, en entier ou pas du tout."))
@language
@click.pass_obj
def migrate(reader: Reader) -> None:
    db = Database(Settings().database_url)
    try:
        upgrade(db)
    finally:
        db.close()
    reader.say(N_("La base de données est à jour."))


@cli.command(help=N_("Fait la clé qui scelle les coordonnées et les textes libres (LEFIL_KEY_FILE)."))
@language
@click.pass_obj
def key(reader: Reader) -> None:
    settings = Settings()
    make_key(settings.key_file)
    reader.say(
        N_("La clé est dans « %(name)s ». Gardez-en une copie en lieu sûr, loin de la base de données."),
        name=settings.key_file,
    )


@cli.command(help=N_("Écrit un nouveau lien d’entrée pour un rôle."))
@click.argument("role", type=click.Choice(codes.ROLES))
@click.option("--of", "ref", help=N_("Référence de la personne (SER-W01) ; sinon celle qui a le plus à voir."))
@language
@click.pass_obj
def link(reader: Reader, role: str, ref: str | None) -> None:
    with opened(Settings()) as site:
        click.echo(access.new_link(site, role, ref))


cli.add_command(audit_group)
cli.add_command(busy_times)
cli.add_command(check_database)
cli.add_command(demo_command)
cli.add_command(import_folder)
cli.add_command(export_folder)
cli.add_command(routing_group)
cli.add_command(mail_group)
cli.add_command(terms_group)


def main(arguments: list[str] | None = None) -> None:
    """The whole command."""
    carry_out(cli, sys.argv[1:] if arguments is None else arguments)
