"""Runs, imports and the audit log."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from service import codes
from service.tables.base import key, moment, one_of, plain_data, public_key, to


class Run(SQLModel, table=True):
    """
    A calculation: what went in, how far it is, what came out; kept so that it can be explained later.

    `draft` is a first answer that is not proven yet, to be shown while the search goes on.
    """

    __tablename__ = "run"
    __table_args__ = (one_of("kind", codes.RUN_KINDS), one_of("status", codes.RUN_STATES))
    id: int | None = key()
    public_id: str = public_key()
    territory_id: int = to("territory")
    kind: str
    status: str = "queued"
    asked_by: int | None = to("account", nullable=True)
    asked_at: dt.datetime = moment()
    started_at: dt.datetime | None = moment(nullable=True)
    heartbeat_at: dt.datetime | None = moment(nullable=True)
    ended_at: dt.datetime | None = moment(nullable=True)
    attempt: int = 0
    stop_asked: bool = False
    seed: int = 0
    parameters: dict[str, object] = plain_data()
    snapshot: dict[str, object] = plain_data()
    progress: dict[str, object] = plain_data()
    draft: dict[str, object] | None = plain_data(nullable=True)
    result: dict[str, object] | None = plain_data(nullable=True)
    solver_version: str = ""
    reason: str = ""
    applied_at: dt.datetime | None = moment(nullable=True)


class ImportReport(SQLModel, table=True):
    """An import waiting for acceptance: the files (sealed) and what was found; deleted 24 h later."""

    __tablename__ = "import_report"
    id: int | None = key()
    public_id: str = public_key()
    made_at: dt.datetime = moment()
    made_by: int | None = to("account", nullable=True)
    status: str = "waiting"
    findings: dict[str, object] = plain_data()
    files_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    accepted_at: dt.datetime | None = moment(nullable=True)


class ImportedValue(SQLModel, table=True):
    """What the last import said of a row, to tell a later edit in the application from a change in the file."""

    __tablename__ = "imported_value"
    id: int | None = key()
    territory_id: int = to("territory")
    file: str = Field(index=True)
    row_key: str = Field(index=True)
    values_hash: dict[str, str] = plain_data()


class AuditEntry(SQLModel, table=True):
    """Who, when, what, which record; no content. Append-only, held by triggers."""

    __tablename__ = "audit_entry"
    id: int | None = key()
    at: dt.datetime = moment()
    account_id: int | None = to("account", nullable=True)
    role: str = ""
    organisation_id: int | None = to("organisation", nullable=True)
    action: str
    record_kind: str = ""
    record_id: str = ""
    request_id: str = ""
    result: str = "done"
    chain: str = ""
