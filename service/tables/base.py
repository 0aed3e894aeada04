"""What all tables share: column types, keys, closed lists as CHECK constraints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Integer, LargeBinary, MetaData, String
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention
# Rows come from the database or from use cases, never from outside: validators are built only if one is asked for.
SQLModel.model_config["defer_build"] = True


def one_of(column: str, codes: Sequence[str]) -> CheckConstraint:
    """A closed list, held by the database."""
    listed = ", ".join(f"'{code}'" for code in codes)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def coordinates(lat: str = "lat", lon: str = "lon", *, coarse: bool = False) -> tuple[CheckConstraint, ...]:
    """WGS84, both or neither; `coarse` holds them to 3 decimals (≈ 100 m), as for people (`domain.md`, section 3)."""
    held = [
        CheckConstraint(f"{lat} BETWEEN -90 AND 90", name=lat),
        CheckConstraint(f"{lon} BETWEEN -180 AND 180", name=lon),
        CheckConstraint(f"({lat} IS NULL) = ({lon} IS NULL)", name=f"{lat}_with_{lon}"),
    ]
    if coarse:
        held += [
            CheckConstraint(f"abs({name} * 1000 - round({name} * 1000)) < 0.000001", name=f"{name}_coarse")
            for name in (lat, lon)
        ]
    return tuple(held)


def key() -> Any:
    """Internal number of a row; never shown."""
    return Field(default=None, primary_key=True)


def public_key() -> Any:
    """128 random bits for addresses, from the identifier source of the use case."""
    return Field(sa_column=Column(String(32), nullable=False, unique=True))


def to(
    target: str, *, nullable: bool = False, index: bool = True, primary_key: bool = False, ondelete: str | None = None
) -> Any:
    """A reference to another table's `id`."""
    column = Column(
        Integer,
        ForeignKey(f"{target}.id", ondelete=ondelete),
        nullable=nullable and not primary_key,
        index=index and not primary_key,
        primary_key=primary_key,
        autoincrement=False if primary_key else "auto",
    )
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def moment(*, nullable: bool = False, index: bool = False) -> Any:
    """A point in time with its zone, stored in UTC."""
    kind: Any = DateTimeUTC(timezone=True)
    return (
        Field(default=None, sa_type=kind, nullable=True, index=index) if nullable else Field(sa_type=kind, index=index)
    )


# Functions of our own: for each new row pydantic asks anew what a factory takes, of a built-in type a millisecond long.
def _nothing_listed() -> list[Any]:
    return []


def _nothing_said() -> dict[str, Any]:
    return {}


def listed() -> Any:
    """A list of codes, in the order given."""
    return Field(default_factory=_nothing_listed, sa_column=Column(JSON, nullable=False))


def plain_data(*, nullable: bool = False) -> Any:
    """A JSON value."""
    if nullable:
        return Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    return Field(default_factory=_nothing_said, sa_column=Column(JSON, nullable=False))


def sealed() -> Any:
    """Text under the data key of a person or the network (`service/sealing.py`); None = not given."""
    return Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class Editable(SQLModel):
    """What two people can edit at once: each UPDATE raises the revision, and finds no row when another was first."""

    revision: int = 1

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.__table__.c.revision}  # type: ignore[attr-defined]


class Dated(SQLModel):
    """Rows that carry their last change, for ETags and LAST-MODIFIED."""

    changed_at: datetime = moment()
