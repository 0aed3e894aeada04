"""Sealed values: unreadable without the key, and in any place but their own."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlmodel import Session, col, func, select

from service import audit
from service.database import Database
from service.errors import WrongDatabase
from service.sealing import Seals, check_master_key, rotate
from service.site import Actor, Site
from service.tables.people import ContactCard, DataKey
from tests.service.record import builders

NEW = bytes(reversed(range(32)))
CANARY = "rue du CANARI-7Q 12"


def place(party: int) -> str:
    return f"contact_card.card_sealed:{party}"


def write_card(site: Site, tx: Session, party: int) -> ContactCard:
    card = ContactCard(party_id=party, card_sealed=site.seals.seal(tx, party, place(party), {"address": CANARY}))
    tx.add(card)
    tx.flush()
    return card


def a_card(site: Site, territory: int, pseudonym: str) -> int:
    party = builders.a_person(site, territory, pseudonym)
    with site.db.begin() as tx:
        write_card(site, tx, party)
    return party


def opened(site: Site, seals: Seals, party: int) -> object:
    with site.db() as tx:
        return seals.open(tx, party, place(party), tx.get_one(ContactCard, party).card_sealed)


def accepts(site: Site, seals: Seals) -> bool:
    """May work go on with these keys?"""
    with site.db() as tx:
        try:
            check_master_key(tx, seals)
        except WrongDatabase:
            return False
    return True


def test_what_was_sealed_opens(site: Site):
    party = a_card(site, builders.a_territory(site), "Hirondelle")

    assert opened(site, site.seals, party) == {"address": CANARY}


def test_no_file_of_the_database_holds_the_address(sqlite_file_site: Site, tmp_path: Path):
    a_card(sqlite_file_site, builders.a_territory(sqlite_file_site), "Hirondelle")

    held = b"".join(path.read_bytes() for path in tmp_path.glob("lefil.db*"))
    assert b"Hirondelle" in held
    assert b"CANARI" not in held


def test_a_card_moved_to_another_person_does_not_open(site: Site):
    territory = builders.a_territory(site)
    one, other = a_card(site, territory, "Hirondelle"), a_card(site, territory, "Tilleul")
    with site.db.begin() as tx:
        tx.get_one(ContactCard, other).card_sealed = tx.get_one(ContactCard, one).card_sealed

    with pytest.raises(ValueError, match="does not open"):
        opened(site, site.seals, other)


def test_a_data_key_moved_to_another_person_does_not_open(site: Site):
    territory = builders.a_territory(site)
    one, other = a_card(site, territory, "Hirondelle"), a_card(site, territory, "Tilleul")
    with site.db.begin() as tx:
        tx.get_one(DataKey, other).wrapped = tx.get_one(DataKey, one).wrapped

    with pytest.raises(ValueError, match="does not open"):
        opened(site, site.seals, other)


@pytest.mark.parametrize("byte", [0, 12, -1])
def test_a_changed_byte_does_not_open(site: Site, byte: int):
    party = a_card(site, builders.a_territory(site), "Hirondelle")
    with site.db.begin() as tx:
        card = tx.get_one(ContactCard, party)
        changed = bytearray(card.card_sealed)
        changed[byte] ^= 1
        card.card_sealed = bytes(changed)

    with pytest.raises(ValueError, match="does not open"):
        opened(site, site.seals, party)


def test_another_column_of_the_same_row_does_not_open_it(site: Site):
    party = a_card(site, builders.a_territory(site), "Hirondelle")

    with site.db() as tx, pytest.raises(ValueError, match="does not open"):
        site.seals.open(tx, party, f"peer_helper.own_words_sealed:{party}", tx.get_one(ContactCard, party).card_sealed)


def test_once_the_key_is_erased_an_old_copy_of_the_card_stays_shut(site: Site):
    territory = builders.a_territory(site)
    party, other = a_card(site, territory, "Hirondelle"), a_card(site, territory, "Tilleul")

    with site.db.begin() as tx:
        site.seals.erase(tx, party)
        site.seals.erase(tx, party)

    with pytest.raises(ValueError, match="erased"):
        opened(site, site.seals, party)
    assert opened(site, site.seals, other) == {"address": CANARY}


def test_another_master_key_opens_nothing(site: Site):
    party = a_card(site, builders.a_territory(site), "Hirondelle")

    with pytest.raises(ValueError, match="another master key"):
        opened(site, Seals(NEW), party)


def test_what_belongs_to_nobody_lies_under_the_key_of_the_network(site: Site):
    with site.db.begin() as tx:
        sealed = site.seals.seal_shared(tx, "meeting.decisions_sealed:1", "Se revoir en mars")

    with site.db.begin() as tx:
        assert site.seals.open_shared(tx, "meeting.decisions_sealed:1", sealed) == "Se revoir en mars"
        with pytest.raises(ValueError, match="does not open"):
            site.seals.open_shared(tx, "meeting.decisions_sealed:2", sealed)


def left(db: Database, seals: Seals) -> int:
    with db() as tx:
        return tx.exec(select(func.count()).select_from(DataKey).where(col(DataKey.key_id) != seals.key_id)).one()


class Killed(Exception):
    """The process ends here."""


class KilledAfter(Database):
    """A database whose process ends before the given transaction commits."""

    def __init__(self, db: Database, transactions: int) -> None:
        self.engine, self.is_sqlite, self._writer, self._alive = db.engine, db.is_sqlite, db._writer, None
        self.left = transactions

    def begin(self) -> AbstractContextManager[Session]:
        self.left -= 1
        if self.left < 0:
            raise Killed
        return super().begin()


def test_a_new_master_key_wraps_every_data_key_and_goes_on_after_a_stop(site: Site):
    territory = builders.a_territory(site)
    parties = [a_card(site, territory, f"Oiseau {number}") for number in range(12)]
    with site.db.begin() as tx:
        shared = site.seals.seal_shared(tx, "meeting.decisions_sealed:1", "Se revoir")
    renewed = Seals(NEW, earlier=(site.seals.master,))

    with pytest.raises(Killed):
        rotate(KilledAfter(site.db, 2), renewed, at_once=4)
    assert left(site.db, renewed) == 4
    assert all(opened(site, renewed, party) == {"address": CANARY} for party in parties)

    assert rotate(site.db, renewed, at_once=4) == 4
    assert rotate(site.db, renewed) == 0
    assert left(site.db, renewed) == 0
    assert all(opened(site, Seals(NEW), party) == {"address": CANARY} for party in parties)
    with site.db() as tx:
        assert Seals(NEW).open_shared(tx, "meeting.decisions_sealed:1", shared) == "Se revoir"
    with pytest.raises(ValueError, match="another master key"):
        opened(site, Seals(site.seals.master), parties[0])


def test_only_the_keys_that_a_database_was_sealed_with_are_its_own(site: Site):
    old, renewed = site.seals, Seals(NEW, earlier=(site.seals.master,))
    territory = builders.a_territory(site)
    for number in range(6):
        a_card(site, territory, f"Oiseau {number}")
    assert [accepts(site, seals) for seals in (old, renewed, Seals(NEW))] == [True, True, False]

    with pytest.raises(Killed):
        rotate(KilledAfter(site.db, 1), renewed, at_once=4)
    assert [accepts(site, seals) for seals in (old, renewed, Seals(NEW))] == [False, True, False]

    rotate(site.db, renewed)
    assert [accepts(site, seals) for seals in (old, renewed, Seals(NEW))] == [False, True, True]


def test_where_nothing_is_sealed_the_log_names_the_key(sqlite_site: Site):
    assert accepts(sqlite_site, Seals(NEW))
    with sqlite_site.db.begin() as tx:
        audit.note(tx, sqlite_site, Actor("sysadmin", None), "export")

    assert accepts(sqlite_site, sqlite_site.seals)
    assert not accepts(sqlite_site, Seals(NEW))
    assert accepts(sqlite_site, Seals(NEW, earlier=(sqlite_site.seals.master,)))


def test_purposes_have_keys_of_their_own(sqlite_site: Site):
    purposes = ("csrf", "audit-chain", "data-keys", "key-id")

    assert len({sqlite_site.seals.derive(purpose) for purpose in purposes} | {sqlite_site.seals.master}) == 5
    assert sqlite_site.seals.master.hex() not in repr(sqlite_site.seals)
