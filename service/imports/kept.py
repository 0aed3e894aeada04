"""Imports that wait for acceptance on the web: the files sealed, for 24 hours."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import timedelta

from sqlmodel import Session, col, delete, select

from locales import N_
from service.access_scope import scope
from service.audit import note
from service.clock import RealClock
from service.errors import NotFound
from service.imports.accept import Accepted, accept, check_actor
from service.imports.differences import Choices
from service.imports.report import Report, examine
from service.site import Actor, Site
from service.tables.territory import Territory
from service.tables.work import ImportReport

KEPT_FOR = timedelta(hours=24)
REAL = RealClock()
"""Files are forgotten by the real clock, also in a demonstration."""


def look(site: Site, actor: Actor, files: Mapping[str, bytes], *, language: str = "fr") -> Report:
    """
    What these files hold, beside the record of the actor's own territory.

    Raises
    ------
    ImportNotAccepted
        When they are those of another territory: a report would show what its record holds.
    """
    check_actor(actor)
    with site.db() as tx:
        own = tx.get(Territory, actor.territory_id) if actor.territory_id is not None else None
    return examine(site, files, territory=own.ref if own is not None else None, language=language)


def keep_report(site: Site, actor: Actor, files: Mapping[str, bytes], report: Report) -> str:
    """Keep files and their report until somebody accepts them; the address of the report."""
    check_actor(actor)
    with site.db.begin() as tx:
        _forget(tx)
        kept = ImportReport(
            public_id=site.ids.new(),
            made_at=REAL.now(),
            made_by=actor.account_id,
            findings=dict(_counts(report)),
            files_sealed=b"",
        )
        encoded = {name: base64.b64encode(content).decode() for name, content in sorted(files.items())}
        kept.files_sealed = site.seals.seal_shared(tx, _place(kept.public_id), encoded)
        tx.add(kept)
        note(tx, site, actor, "import_report", "import_report", kept.public_id)
        return kept.public_id


def open_report(site: Site, actor: Actor, public_id: str, *, language: str = "fr") -> Report:
    """
    The report of kept files, looked at again today.

    Raises
    ------
    NotFound
        When it was accepted, or forgotten after 24 hours, or is another territory's.
    """
    check_actor(actor)
    with site.db() as tx:
        files = _files(tx, site, actor, public_id)
    return look(site, actor, files, language=language)


def accept_report(site: Site, actor: Actor, public_id: str, choices: Choices | None = None) -> Accepted:
    """
    Accept kept files, once; they are forgotten then.

    Raises
    ------
    NotFound
        When they were accepted already, or forgotten after 24 hours.
    """
    report = open_report(site, actor, public_id, language=actor.language)
    done = accept(site, actor, report, choices)
    with site.db.begin() as tx:
        kept = tx.exec(select(ImportReport).where(ImportReport.public_id == public_id)).first()
        if kept is not None:
            kept.status, kept.accepted_at, kept.files_sealed = "accepted", REAL.now(), b""
            tx.add(kept)
    return done


def drop_report(site: Site, actor: Actor, public_id: str) -> None:
    """
    Forget kept files at once: the reader does not want them.

    Raises
    ------
    NotFound
        When they are gone already, or another territory's.
    """
    check_actor(actor)
    with site.db.begin() as tx:
        _kept(tx, actor, public_id)
        tx.exec(delete(ImportReport).where(col(ImportReport.public_id) == public_id))


def forget_reports(site: Site) -> None:
    """Forget the files that nobody accepted within 24 hours."""
    with site.db.begin() as tx:
        _forget(tx)


def _forget(tx: Session) -> None:
    tx.exec(delete(ImportReport).where(col(ImportReport.made_at) < REAL.now() - KEPT_FOR))


def _kept(tx: Session, actor: Actor, public_id: str) -> ImportReport:
    wanted = select(ImportReport).where(ImportReport.public_id == public_id)
    # The command line belongs to no territory.
    kept = tx.exec(wanted if actor.territory_id is None else wanted.where(scope(actor).of(ImportReport))).first()
    if kept is None or kept.status != "waiting" or kept.made_at < REAL.now() - KEPT_FOR:
        raise NotFound(N_("Ces fichiers ne sont plus là. Envoyez-les de nouveau."))
    return kept


def _files(tx: Session, site: Site, actor: Actor, public_id: str) -> dict[str, bytes]:
    kept = _kept(tx, actor, public_id)
    sealed = site.seals.open_shared(tx, _place(public_id), kept.files_sealed)
    return {name: base64.b64decode(content) for name, content in sealed.items()}


def _place(public_id: str) -> str:
    return f"import_report.files_sealed:{public_id}"


def _counts(report: Report) -> dict[str, object]:
    """How many findings of each code: numbers only, the cells stay sealed."""
    counts: dict[str, object] = {}
    for code in sorted({finding.code for finding in report.findings}):
        counts[code] = sum(finding.code == code for finding in report.findings)
    return counts
