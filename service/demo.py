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
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from sqlmodel import select

from locales import N_, Texts
from service import database, demo_files, feeds, network_themes, visits
from service.cli_faults import Fault
from service.cli_folder import Result, check_free, leave
from service.cli_import import refuse_unknown_columns
from service.cli_site import DEFAULT_ZONE, only_territory
from service.clock import FixedClock
from service.database import Database
from service.demo_files import Files
from service.demo_steps import Tell, accept_first, pair, pairing_answer, plan, planning_answer, publish
from service.ids import SeededIds
from service.imports import folder
from service.imports.accept import accept
from service.imports.report import Report, examine
from service.pairing_words import Speaker
from service.runs import Finished
from service.sealing import Seals
from service.settings import Settings
from service.site import Actor, Site
from service.tables.pairings import Visit
from service.tables.territory import Territory
from service.visit_plan import Draft
from service.worker import working

SEED = 20270104
"""Of the demonstration's ids; part of every id in its files."""
SECONDS = 900.0
"""Before a search is taken to hang: limits are in work, so that a slow machine finds the same plan."""
RESULT = Result(
    always=frozenset({"summary.json", "proposals.csv", "unmatched.csv", "visits.csv", "unplanned.csv"}),
    sometimes=frozenset(f"feeds/{owner}-*.ics" for owner in (*(kind for kind, _ in feeds.OWNERS), "territory")),
)


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
    check_free(demo.out, RESULT)


@dataclass(frozen=True)
class Story:
    """What happened on the way."""

    territory: Territory
    report: Report
    pairing: Finished
    accepted: int
    planning: Finished
    draft: Draft
    visits_before: frozenset[int | None]


def _worked_out(demo: Demo, texts: Texts, tell: Tell) -> Files:
    with _own_site(demo.today) as site:
        report = _imported(site, demo, texts, tell)
        with site.db() as tx:
            territory = only_territory(tx, None)
        site = replace(site, clock=FixedClock.at_eight(demo.today, territory.timezone))
        actor = Actor("coordinator", territory.id, language=texts.lang)
        with working(site):
            paired = pair(site, actor)
            answer = pairing_answer(paired.finished)
            tell(
                N_("Propositions : %(people)s personnes, %(without)s sans pair-aidant possible (%(seconds)s s)."),
                people=len(answer.shortlists),
                without=len(answer.unmatched),
                seconds=texts.number(paired.seconds, 1),
            )
            accepted = accept_first(site, actor, answer) if demo.accept_first else 0
            if demo.accept_first:
                tell(N_("Premières propositions acceptées par les deux : %(count)s."), count=accepted)
            with site.db() as tx:
                before = frozenset(tx.exec(select(Visit.id)))
            planned = plan(site, actor, demo.start, demo.weeks)
        draft = visits.draft(site, actor, planned.finished.public_id)
        written = visits.apply_draft(site, actor, planned.finished.public_id)
        publish(site, actor, demo.start, demo.weeks)
        tell(
            N_("Visites : %(planned)s prévues, %(unplanned)s sans place (%(seconds)s s)."),
            planned=written,
            unplanned=len(draft.unplanned),
            seconds=texts.number(planned.seconds, 1),
        )
        story = Story(territory, report, paired.finished, accepted, planned.finished, draft, before)
        return _files(site, demo, texts, story)


def _files(site: Site, demo: Demo, texts: Texts, story: Story) -> Files:
    pairing, territory = pairing_answer(story.pairing), story.territory
    with site.db() as tx:
        themes = network_themes.every_name(tx, texts.lang)
        planned = demo_files.visits(tx, territory, story.visits_before)
        found = feeds.every_feed(tx, territory.id or 0, texts.lang, demo.today)
        calendars = {f"feeds/{name}": body for name, body in found}
    return {
        "summary.json": demo_files.document(_summary(demo, story, planned.count(b"\n") - 1, len(calendars))),
        "proposals.csv": demo_files.proposals(pairing),
        "unmatched.csv": demo_files.unmatched(pairing, Speaker(texts, themes)),
        "visits.csv": planned,
        "unplanned.csv": demo_files.unplanned(story.draft.unplanned),
        **calendars,
    }


def _summary(demo: Demo, story: Story, planned: int, calendars: int) -> dict[str, object]:
    """Counts, and how good both answers are; nothing that depends on the machine."""
    pairing, planning = pairing_answer(story.pairing), planning_answer(story.planning)
    return {
        "territory": story.territory.ref,
        "today": demo.today.isoformat(),
        "start": demo.start.isoformat(),
        "weeks": demo.weeks,
        "accept_first": demo.accept_first,
        "counts": {
            "rows": sum(story.report.read.values()),
            "warnings": sum(finding.severity == "warning" for finding in story.report.findings),
            "waiting": len(pairing.shortlists) + len(pairing.unmatched),
            "with_proposals": len(pairing.shortlists),
            "proposals": sum(len(shortlist.offers) for shortlist in pairing.shortlists),
            "placed": len(pairing.placed),
            "unmatched": len(pairing.unmatched),
            "accepted": story.accepted,
            "visits": planned,
            "unplanned": len(story.draft.unplanned),
            "feeds": calendars,
        },
        "pairing": {
            "solver": story.pairing.solver_version,
            "status": pairing.status,
            "value": asdict(pairing.value),
            "bound": asdict(pairing.bound),
        },
        "planning": {
            "solver": story.planning.solver_version,
            "status": planning.status,
            "value": planning.value,
            "bound": planning.bound,
            "costs": dict(planning.costs),
        },
    }


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
    refuse_unknown_columns(report)
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
