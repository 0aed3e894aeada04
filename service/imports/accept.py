"""Takes over the rows of a report, all in one transaction or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from locales import N_, translator
from service.audit import note
from service.database import outdated
from service.errors import ImportNotAccepted, NotAllowed
from service.imports.differences import Choices
from service.imports.files import FILES
from service.imports.report import Examined, Report, examined
from service.imports.writing import Change, Writer
from service.site import Actor, Site


@dataclass(frozen=True)
class Accepted:
    """What an import did, in rows by file."""

    created: Mapping[str, int]
    changed: Mapping[str, int]
    unchanged: Mapping[str, int]
    removed: Mapping[str, int]


def accept(site: Site, actor: Actor, report: Report, choices: Choices | None = None, *, demo: bool = False) -> Accepted:
    """
    Import every row of a report that has no finding of severity error.

    The files are looked at again in the writing transaction, so that what others changed since the report counts.
    `demo` marks a new territory as invented data.

    Raises
    ------
    NotAllowed
        When the actor is not a coordinator of this territory, nor the system itself.
    Outdated
        When the record changed since the report in a way that changes what would be imported.
    ImportNotAccepted
        When the database refuses a row; nothing is imported then.
    """
    check_actor(actor)
    choices = choices or Choices()
    translate = translator(report.language).gettext
    try:
        with site.db.begin() as tx:
            again = examined(
                tx,
                site,
                report.files,
                territory=report.territory,
                today=report.today,
                language=report.language,
                choices=choices,
            )
            _still_as_reported(actor, report, again, choices)
            done = _written(site, again, demo)
            place = again.record.territory
            note(tx, site, actor, "import", "territory", place.public_id if place else "")
            return done
    except IntegrityError as error:
        message = translate(N_("La base de données refuse une ligne de ces fichiers. Rien n’est repris."))
        raise ImportNotAccepted(message) from error


def check_actor(actor: Actor) -> None:
    """NotAllowed unless this is a coordinator, or the system itself on the command line."""
    if actor.account_id is not None and actor.role != "coordinator":
        raise NotAllowed(N_("Seule la coordination reprend et exporte des fichiers."))


def _still_as_reported(actor: Actor, report: Report, again: Examined, choices: Choices) -> None:
    place = again.record.territory
    if place is None and not again.rows.get("territory"):
        message = translator(report.language).gettext(
            N_("La ligne du territoire est à corriger d’abord. Rien n’est repris.")
        )
        raise ImportNotAccepted(message)
    if actor.territory_id is not None and place is not None and place.id != actor.territory_id:
        raise NotAllowed(N_("Ces fichiers sont ceux d’un autre territoire."))
    if not choices.remove and report.accepted != again.report.accepted:
        raise outdated()
    shown = {one.choice: one.application for one in report.differences}
    now = {one.choice: one.application for one in again.report.differences}
    if any(shown.get(choice) != now.get(choice) for choice in choices.take):
        raise outdated()


def _written(site: Site, again: Examined, demo: bool) -> Accepted:
    record, rows = again.record, again.rows
    writer = Writer(record, site.ids, site.clock.now())
    for stored in (stored for of_file in again.removed.values() for stored in of_file.values()):
        record.tx.delete(stored.row)
    record.tx.flush()
    counts: dict[str, dict[str, int]] = {"created": {}, "changed": {}, "unchanged": {}}
    for file in FILES:
        if file.name not in rows:
            continue
        changes = []
        done = {"created": 0, "changed": 0, "unchanged": 0}
        for row in rows[file.name]:
            stored = record.rows[file.name].get(row.key)
            told = again.changes(row, stored)
            done["created" if stored is None else "changed" if told else "unchanged"] += 1
            if stored is None or told:
                changes.append(Change(told, stored))
        written = writer.write(file, changes)
        if file.name == "territory" and demo and done["created"]:
            written[0].demo = True  # type: ignore[attr-defined]
        for what, count in done.items():
            counts[what][file.file_name] = count
    writer.finish()
    for of_file in rows.values():
        for row in of_file:
            again.memory.keep(row)
    record.tx.flush()
    removed = {name: len(of_file) for name, of_file in again.removed.items()}
    return Accepted(counts["created"], counts["changed"], counts["unchanged"], removed)
