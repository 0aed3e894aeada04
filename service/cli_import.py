"""`lefil import` and `lefil export`: partners' files in, after a report, and out again."""

from __future__ import annotations

import json
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

import click

from locales import N_
from service import clock, process
from service.cli_faults import Fault
from service.cli_folder import Result, check_free, leave
from service.cli_reader import FOLDER, Reader, language, today_option
from service.cli_site import database_is_there, only_territory, opened
from service.imports import folder
from service.imports.accept import Accepted, accept
from service.imports.export import export
from service.imports.files import FILES
from service.imports.report import Report, examine
from service.settings import Settings
from service.site import Actor

SYSTEM = Actor("sysadmin", None)
"""Whoever may use the command line of the server may write its database anyway."""
EXPORTED = "export.json"
"""Written by an export alone: no partner's folder holds it, and the import passes over it."""
RESULT = Result(
    always=frozenset({EXPORTED, *folder.laid_out({file.file_name: b"" for file in FILES if file.needed})}),
    sometimes=frozenset(folder.laid_out({file.file_name: b"" for file in FILES})),
)
SEVERITIES = {"error": N_("erreur"), "warning": N_("à vérifier"), "info": N_("information")}
UNKNOWN_COLUMN = N_(
    "Une colonne n’est pas connue : « %(column)s » dans %(file)s. Rien n’est repris. "
    "Corrigez son nom, ou ajoutez --ignore-unknown-columns."
)


@click.command("import", help=N_("Reprend les fichiers CSV des partenaires : un rapport d’abord, puis tout ou rien."))
@click.argument("path", metavar=N_("DOSSIER"), type=FOLDER)
@click.option("--dry-run", is_flag=True, help=N_("Montrer le rapport et ne rien écrire."))
@click.option("--json", "as_json", is_flag=True, help=N_("Écrire le rapport en JSON (avec --dry-run)."))
@click.option("--accept", "accepted", is_flag=True, help=N_("Accepter le rapport sans question."))
@click.option("--ignore-unknown-columns", is_flag=True, help=N_("Reprendre les autres colonnes."))
@today_option
@language
@click.pass_obj
def import_folder(
    reader: Reader,
    path: Path,
    dry_run: bool,
    as_json: bool,
    accepted: bool,
    ignore_unknown_columns: bool,
    today: date | None,
) -> None:
    files = folder.read(path, language=reader.language)
    settings = Settings()
    process.be_private()
    if dry_run and not database_is_there(settings):
        # A look at files needs no database, and leaves none behind.
        settings = settings.model_copy(update={"database_url": "sqlite://"})
    with opened(settings, migrate=not database_is_there(settings), today=today, needs_key=not dry_run) as site:
        report = examine(site, files, today=today, language=reader.language)
        if as_json:
            click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=1))
        else:
            tell(reader, report)
        refuse_unknown_columns(report, ignore=ignore_unknown_columns)
        if dry_run:
            sys.exit(1 if report.has_errors else 0)
        if not accepted and not _agreed(reader):
            reader.note(N_("Rien n’est repris. Pour accepter le rapport : --accept."))
            sys.exit(1)
        tell_done(reader, accept(site, SYSTEM, report))


def tell(reader: Reader, report: Report) -> None:
    """The report for people: each finding on its line, then the rows."""
    texts = reader.texts
    for finding in report.findings:
        where = f"{finding.file}:{finding.line}" + (f" [{finding.column}]" if finding.column else "")
        reader.say(
            N_("%(where)s %(severity)s %(code)s : %(message)s"),
            where=where,
            severity=texts.gettext(SEVERITIES[finding.severity]),
            code=finding.code,
            message=finding.message(texts.gettext),
        )
    for name, count in report.read.items():
        reader.say(
            N_("%(name)s : %(read)s lignes lues, %(accepted)s à reprendre, %(new)s nouvelles."),
            name=name,
            read=count,
            accepted=report.accepted.get(name, 0),
            new=report.new_rows.get(name, 0),
        )


def tell_done(reader: Reader, done: Accepted) -> None:
    reader.say(
        N_("Reprise faite : %(created)s lignes nouvelles, %(changed)s modifiées, %(unchanged)s inchangées."),
        created=sum(done.created.values()),
        changed=sum(done.changed.values()),
        unchanged=sum(done.unchanged.values()),
    )


def refuse_unknown_columns(report: Report, *, ignore: bool = False) -> None:
    """
    Stop at a header that nobody knows: a slip there would silently leave a whole column out.

    Raises
    ------
    Fault
        When there is one, and nobody said that it may be passed over.
    """
    unknown = [finding for finding in report.findings if finding.code == "UNKNOWN_COLUMN"]
    if unknown and not ignore:
        raise Fault(UNKNOWN_COLUMN, column=unknown[0].column, file=unknown[0].file)


def _agreed(reader: Reader) -> bool:
    """The answer of whoever sits at the terminal; no when nobody does."""
    return sys.stdin.isatty() and click.confirm(reader.texts.gettext(N_("Reprendre ces lignes ?")), default=False)


@click.command("export", help=N_("Écrit tout un territoire en CSV, au format que « lefil import » relit."))
@click.argument("path", metavar=N_("DOSSIER"), type=FOLDER)
@click.option("--territory", "ref", help=N_("Référence du territoire (BE-SER)."))
@click.option("--private", is_flag=True, help=N_("Avec les coordonnées et les textes libres."))
@language
@click.pass_obj
def export_folder(reader: Reader, path: Path, ref: str | None, private: bool) -> None:
    check_free(path, RESULT)
    with opened(Settings()) as site:
        with site.db() as tx:
            territory = only_territory(tx, ref)
        files = export(site, Actor("sysadmin", territory.id), private=private)
        mark = _mark(territory.ref, clock.today(site.clock, territory.timezone))
    leave(path, {EXPORTED: mark, **folder.laid_out(files)})
    reader.say(N_("%(count)s fichiers dans « %(name)s »."), count=len(files), name=path)


def _mark(territory: str, day: date) -> bytes:
    """What tells an export from a partner's folder: whose it is, when it was made, by which version."""
    told = {"territory": territory, "date": day.isoformat(), "version": version("lefil")}
    return (json.dumps(told, indent=1) + "\n").encode()
