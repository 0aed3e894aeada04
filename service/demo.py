"""
`lefil demo`: the whole way once, without a server, from files to a planned month in everyone's calendar.

It works in a database of its own, with a clock that stands still and ids from a seeded source, so that two runs leave
the same bytes; keys come from the operating system as always, and nothing written depends on them.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlmodel import select

from locales import N_, Texts
from service import database, demo_files, feeds, serving
from service.cli_faults import Fault
from service.cli_folder import check_free, leave
from service.cli_site import DEFAULT_ZONE, only_territory
from service.clock import FixedClock
from service.database import Database
from service.demo_steps import Tell, accept_first, pair, pairing_answer
from service.ids import SeededIds
from service.imports import folder
from service.imports.accept import accept
from service.imports.report import Report, examine
from service.pairing_words import Speaker
from service.sealing import Seals
from service.settings import Settings
from service.site import Actor, Site
from service.tables.territory import Theme

SEED = 20270104
"""Of the demonstration's ids; part of every id in its files."""
SECONDS = 900.0
"""Before a search is taken to hang: limits are in work, so that a slow machine finds the same plan."""
MADE = "summary.json"
"""By this file an earlier result is known, which may be replaced."""


@dataclass(frozen=True)
class Demo:
    """What to show: a folder of files, four weeks from a Monday, seen from a day before."""

    data: Path
    start: date
    weeks: int
    today: date
    accept_first: bool
    out: Path


def run(demo: Demo, texts: Texts, tell: Tell) -> None:
    """
    Import, pair, plan, and leave the files in `demo.out`; a fault leaves what was there before.

    Raises
    ------
    Fault
        When the files have errors, a search finds nothing, or the folder holds something else.
    """
    _check(demo)
    files = _worked_out(demo, texts, tell)
    leave(demo.out, files)


def _check(demo: Demo) -> None:
    if not 1 <= demo.weeks <= 8:
        raise Fault(N_("Choisissez entre 1 et 8 semaines."))
    if demo.today > demo.start:
        raise Fault(N_("Le premier jour du plan est déjà passé : --start doit suivre --today."))
    check_free(demo.out, MADE)


def _worked_out(demo: Demo, texts: Texts, tell: Tell) -> demo_files.Files:
    with _own_site(demo.today) as site:
        _imported(site, demo, texts, tell)
        with site.db() as tx:
            territory = only_territory(tx, None)
            themes = {row.ref: getattr(row, f"label_{texts.lang}") for row in tx.exec(select(Theme))}
        site = replace(site, clock=FixedClock.at_eight(demo.today, territory.timezone))
        actor = Actor("coordinator", territory.id, language=texts.lang)
        with serving.working(site):
            paired = pair(site, actor)
            answer = pairing_answer(paired.finished)
            tell(
                N_("Propositions : %(people)s personnes, %(without)s sans pair-aidant possible (%(seconds)s s)."),
                people=len(answer.shortlists),
                without=len(answer.unmatched),
                seconds=texts.number(paired.seconds, 1),
            )
            if demo.accept_first:
                count = accept_first(site, actor, answer)
                tell(N_("Premières propositions acceptées par les deux : %(count)s."), count=count)
        files = {
            "proposals.csv": demo_files.proposals(answer),
            "unmatched.csv": demo_files.unmatched(answer, Speaker(texts, themes)),
        }
        with site.db() as tx:
            for name, body in feeds.every_feed(tx, territory.id or 0, texts.lang, demo.today):
                files[f"feeds/{name}"] = body
    return files


def _imported(site: Site, demo: Demo, texts: Texts, tell: Tell) -> Report:
    """
    Take the files over.

    Raises
    ------
    Fault
        At the first finding of severity error: a demonstration of half the files would mislead.
    """
    report = examine(site, folder.read(demo.data, language=texts.lang), today=demo.today, language=texts.lang)
    for finding in report.findings:
        if finding.severity == "error":
            raise Fault(
                N_("%(file)s, ligne %(line)s : %(message)s Rien n’est repris."),
                file=finding.file,
                line=finding.line,
                message=finding.message(texts.gettext),
            )
    done = accept(site, Actor("sysadmin", None, language=texts.lang), report, demo=True)
    tell(
        N_("Fichiers repris : %(rows)s lignes, %(warnings)s points à vérifier."),
        rows=sum(done.created.values()),
        warnings=sum(finding.severity == "warning" for finding in report.findings),
    )
    return report


@contextmanager
def _own_site(today: date) -> Iterator[Site]:
    """A site on a database that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="lefil-demo-") as place:
        url = f"sqlite:///{place}/lefil.db"
        db = Database(url)
        try:
            database.upgrade(db)
            settings = Settings(database_url=url, solver_seconds=SECONDS)
            yield Site(db, FixedClock.at_eight(today, DEFAULT_ZONE), SeededIds(SEED), Seals(os.urandom(32)), settings)
        finally:
            db.close()
