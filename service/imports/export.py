"""The whole record as the files of partners: what comes out goes in again unchanged."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlmodel import col, select

from locales import N_
from service.audit import note
from service.errors import NotFound
from service.imports.accept import check_actor
from service.imports.columns import Column, File
from service.imports.files import FILES
from service.imports.record import Record, open_record
from service.imports.rows import Row
from service.imports.values import Cells, neutralised
from service.site import Actor, Site
from service.tables.territory import Territory, Theme


def export(site: Site, actor: Actor, *, private: bool = False) -> dict[str, bytes]:
    """
    Every row of the territory, by file name; no cell is a live formula.

    `private` adds phone numbers, mail addresses and free words; without it they stay where they are
    (`domain.md`, principles).

    Raises
    ------
    NotFound
        When the database holds no territory yet.
    """
    check_actor(actor)
    with site.db.begin() as tx:
        query = select(Territory).order_by(col(Territory.id))
        if actor.territory_id is not None:
            query = query.where(Territory.id == actor.territory_id)
        territory = tx.exec(query).first()
        if territory is None:
            raise NotFound(N_("La base de données ne contient aucun territoire."))
        cells = Cells(frozenset(tx.exec(select(Theme.ref))), ZoneInfo(territory.timezone))
        record = open_record(tx, site.seals, cells=cells, territory=territory)
        note(tx, site, actor, "export_private" if private else "export", "territory", territory.public_id)
        written = {file.file_name: _written(file, record, private) for file in FILES}
        return {name: content for name, content in written.items() if content is not None}


def _written(file: File, record: Record, private: bool) -> bytes | None:
    rows = [stored.values for stored in record.rows[file.name].values()]
    if not rows and not file.needed:
        return None
    columns = [column for column in file.columns if _is_written(column, rows, private)]
    lines = [",".join(column.name for column in columns)]
    lines += [",".join(_cell(record.cells.write(column, row.get(column.name))) for column in columns) for row in rows]
    return "".join(f"{line}\n" for line in lines).encode()


def _is_written(column: Column, rows: list[Row], private: bool) -> bool:
    """An optional column that says nothing in any row is left out."""
    if column.private and not private:
        return False
    return not column.optional or any(row.get(column.name) not in (column.empty, None, "", ()) for row in rows)


def _cell(text: str) -> str:
    safe = neutralised(text)
    if any(sign in safe for sign in '",\r\n') or safe != safe.strip():
        doubled = safe.replace('"', '""')
        return f'"{doubled}"'
    return safe
