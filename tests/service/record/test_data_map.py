"""Whoever adds a column says first of whom it tells."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import Column, LargeBinary, MetaData, String, Table
from sqlmodel import SQLModel

import service.tables  # noqa: F401  (registers every table)
from service.data_map import DATA_MAP, class_of, fate_of


def unclassed(metadata: MetaData) -> list[str]:
    return [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if not any(column.name in columns.split() for columns in DATA_MAP.get(table.name, {}).values())
    ]


def test_every_column_has_its_class():
    assert unclassed(SQLModel.metadata) == []


def test_no_column_has_two_classes_or_is_gone():
    for table, classes in DATA_MAP.items():
        listed = Counter(" ".join(classes.values()).split())
        assert [column for column, times in listed.items() if times > 1] == []
        assert set(listed) == set(SQLModel.metadata.tables[table].columns.keys())


def test_a_new_column_without_class_is_seen():
    metadata = MetaData()
    Table("theme", metadata, Column("ref", String), Column("nickname", String))
    Table("diary", metadata, Column("text", String))

    assert sorted(unclassed(metadata)) == ["diary.text", "theme.nickname"]
    with pytest.raises(KeyError):
        class_of("theme", "nickname")


COMPRESSED = {"feed_body.body"}
"""Bytes that are not sealed: what they hold lies open in the rows they are made from."""


def test_every_sealed_value_goes_with_its_key():
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, LargeBinary) and f"{table.name}.{column.name}" not in COMPRESSED:
                assert fate_of(table.name, column.name).erasure == "key erased"
                assert fate_of(table.name, column.name).log == "never"


def test_nothing_that_may_be_logged_leads_to_a_person():
    """Ties to people, their pseudonym, and hashes of tokens are never in a log."""
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            leads = any(key.column.table.name in ("person", "party", "account") for key in column.foreign_keys)
            if leads and table.name != "place":
                assert fate_of(table.name, column.name).log == "never", f"{table.name}.{column.name}"
