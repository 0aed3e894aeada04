"""`lefil terms`: a network's own words as a .po file, for a translator's usual program."""

from __future__ import annotations

import sys

import click

from locales import LANGS, N_
from service import terms
from service.cli_faults import Fault
from service.cli_reader import Reader, language
from service.cli_site import opened
from service.errors import NotAcceptable, NotFound
from service.settings import Settings
from service.site import Actor

MOST_BYTES = 4 * 1024 * 1024


@click.group("terms", help=N_("Les mots propres à un réseau, en fichier .po."))
def terms_group() -> None:
    """`lefil terms` alone shows its help."""


@terms_group.command("export", help=N_("Écrit les textes d’une langue sur la sortie standard."))
@click.argument("territory", metavar=N_("TERRITOIRE"))
@click.argument("lang", metavar=N_("LANGUE"), type=click.Choice(LANGS))
@language
@click.pass_obj
def export(reader: Reader, territory: str, lang: str) -> None:
    with opened(Settings()) as site:
        try:
            sys.stdout.buffer.write(terms.export(site, territory, lang))
        except NotFound as error:
            raise Fault(str(error)) from error


@terms_group.command("import", help=N_("Lit les textes d’une langue sur l’entrée standard."))
@click.argument("territory", metavar=N_("TERRITOIRE"))
@click.argument("lang", metavar=N_("LANGUE"), type=click.Choice(LANGS))
@language
@click.pass_obj
def take(reader: Reader, territory: str, lang: str) -> None:
    content = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Fault(N_("Ce fichier est trop grand."))
    with opened(Settings()) as site:
        try:
            changed = terms.take(site, Actor("sysadmin", None), territory, lang, content)
        except (NotFound, NotAcceptable) as error:
            raise Fault(str(error), **error.facts) from error
    reader.say(N_("Textes changés : %(count)s."), count=changed)
