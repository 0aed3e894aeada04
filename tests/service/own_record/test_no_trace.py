"""After an erasure no file of the database, and no calendar, holds a byte of the person (`security.md` G3)."""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from service import contact_cards, own_erasure, right_requests, shredding, subscriptions, visits
from service.imports.export import export
from service.site import Actor, Site
from service.tables.feeds import FeedBody
from service.tables.pairings import Pairing, Request, TrialReview, Visit
from service.tables.people import ContactCard, Person
from service.tables.work import AuditEntry, ImportedValue, Run
from tests.service.record.builders import a_pairing
from tests.service.web.network import MOMENT, TODAY, Network, make_site
from tests.service.web.test_lives import paired, visit_of

CANARIES = {
    "pseudonym": "Hirondellecanari",
    "reference": "SER-P9CANARI",
    "street": "rue du Canarijaune",
    "phone": "0470CANARI",
    "door": "sonnette Canarigris",
    "words": "un mot Canaribleu",
    "request": "SER-R9CANARI",
    "pairing": "SER-B9CANARI",
    "visit": "SER-V9CANARI",
}


def traces(folder: Path) -> set[str]:
    """Which canaries stand in the files of the database, also as UTF-16."""
    held = b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
    return {
        name
        for name, word in CANARIES.items()
        if any(word.encode(code) in held for code in ("utf-8", "utf-16-le", "utf-16-be"))
    }


def told_in_feeds(network: Network) -> set[str]:
    """Which canaries stand in the calendars that are kept written."""
    with network.site.db() as tx:
        bodies = [gzip.decompress(one) for one in tx.exec(select(FeedBody.body)).all() if one]
    return {name for name, word in CANARIES.items() if any(word.encode() in body for body in bodies)}


@pytest.fixture
def network(tmp_path: Path) -> Network:
    """Yann under an unmistakable name, with everything that a network may hold about somebody."""
    network = Network(make_site(database_url=f"sqlite:///{tmp_path}/lefil.db"))
    visit = visit_of(network, paired(network), MOMENT + timedelta(days=1, hours=3))
    site, yann = network.site, int(network.ids["SER:Yann"])
    with site.db.begin() as tx:
        person = tx.get_one(Person, yann)
        person.pseudonym, person.ref, person.street = (CANARIES[one] for one in ("pseudonym", "reference", "street"))
        tx.add(person)
        card = {"phone": CANARIES["phone"], "door": CANARIES["door"]}
        tx.add(ContactCard(party_id=yann, card_sealed=site.seals.seal(tx, yann, contact_cards.place(yann), card)))
        for table, name in ((Request, "request"), (Pairing, "pairing"), (Visit, "visit")):
            row = tx.exec(select(table).where(table.person_id == yann)).one()
            row.ref = CANARIES[name]
            tx.add(row)
        territory = network.territories["SER"]
        for key in (CANARIES["reference"], CANARIES["pairing"]):
            tx.add(ImportedValue(territory_id=territory, file="persons.csv", row_key=key, values_hash={"a": "b"}))
        tx.add(
            Run(
                public_id=site.ids.new(),
                territory_id=territory,
                kind="pairing",
                status="running",
                asked_at=MOMENT,
                snapshot={"persons": [CANARIES["reference"]]},
            )
        )
    visits.answer_visit(site, person_of(network), visit, "other_time")
    return network


def person_of(network: Network) -> Actor:
    return Actor("person", network.territories["SER"], party_id=int(network.ids["SER:Yann"]))


def coordinator(network: Network) -> Actor:
    return Actor("coordinator", network.territories["SER"])


def erase(network: Network) -> None:
    right = right_requests.ask(network.site, person_of(network), "erasure", CANARIES["words"])
    own_erasure.erase(network.site, coordinator(network), right, revision=1)


def test_the_scan_finds_what_is_there(network: Network, tmp_path: Path):
    assert traces(tmp_path) >= {"pseudonym", "reference", "street", "request", "pairing", "visit"}


def test_no_byte_of_the_person_is_left_in_any_file(network: Network, tmp_path: Path):
    erase(network)
    # Whoever erased has their answer; the server may die here.
    assert "pseudonym" in traces(tmp_path)
    assert shredding.shred_due(network.site)

    assert traces(tmp_path) == set()
    with network.site.db() as tx:
        assert tx.exec(select(Run)).all() == []
        assert tx.exec(select(ImportedValue)).all() == []


def test_a_reader_who_holds_the_journal_open_only_puts_the_cleaning_off(network: Network, tmp_path: Path):
    with network.site.db() as reading:
        reading.exec(select(Person)).all()
        erase(network)
        assert not shredding.shred_due(network.site)
        left = traces(tmp_path)
    assert "pseudonym" in left

    assert shredding.shred_due(network.site)
    assert traces(tmp_path) == set()


def times_cleaned(network: Network) -> int:
    with network.site.db() as tx:
        return len(tx.exec(select(AuditEntry).where(AuditEntry.action == shredding.CLEANED)).all())


def test_the_files_are_cleaned_once_for_an_erasure_and_never_without_one(network: Network):
    assert shredding.shred_due(network.site)
    assert times_cleaned(network) == 0
    erase(network)
    assert [shredding.shred_due(network.site) for _ in range(2)] == [True, True]

    assert times_cleaned(network) == 1


def test_an_export_no_longer_holds_whoever_was_erased(network: Network):
    operator = Actor("sysadmin", network.territories["SER"])

    def told() -> set[str]:
        whole = "".join(str(one) for one in export(network.site, operator, private=True).values())
        return {name for name, word in CANARIES.items() if word in whole}

    assert told() >= {"pseudonym", "reference", "street", "phone"}
    erase(network)
    assert told() == set()


def test_no_byte_of_the_person_is_left_in_the_tables_of_postgresql(postgresql_site: Site):
    pair = a_pairing(postgresql_site, pseudonym=CANARIES["pseudonym"])
    person = Actor("person", pair.territory_id, party_id=pair.person_id)
    before = bytes_of_tables(postgresql_site)
    right = right_requests.ask(postgresql_site, person, "erasure")
    own_erasure.erase(postgresql_site, Actor("coordinator", pair.territory_id), right, revision=1)
    assert shredding.shred_due(postgresql_site)

    word = CANARIES["pseudonym"].encode()
    assert word in before
    assert word not in bytes_of_tables(postgresql_site)


def bytes_of_tables(site: Site) -> bytes:
    """The files of this database's tables and indexes, as they lie on the disk once everything is written."""
    with site.db.engine.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        alone.exec_driver_sql("CHECKPOINT")
        folder = Path(alone.exec_driver_sql("SHOW data_directory").scalar_one())
        number = alone.exec_driver_sql("SELECT oid FROM pg_database WHERE datname = current_database()").scalar_one()
    return b"".join(path.read_bytes() for path in sorted((folder / "base" / str(number)).iterdir()))


def test_what_counts_stays_and_says_nothing_of_how_the_person_lived(network: Network):
    with network.site.db.begin() as tx:
        pairing = tx.exec(select(Pairing)).one()
        pairing.usual_weekday, pairing.score_by_criterion = 2, {"language": 100.0}
        tx.add(pairing)
        tx.add(TrialReview(pairing_id=pairing.id or 0, side="person", said="continue", how="phone", on=TODAY))
    erase(network)

    with network.site.db() as tx:
        pairing, visit = tx.exec(select(Pairing)).one(), tx.exec(select(Visit)).one()
        request = tx.exec(select(Request).where(Request.person_id == pairing.person_id)).one()
        assert tx.exec(select(TrialReview)).all() == []
    assert (pairing.status, pairing.usual_weekday, pairing.score_by_criterion) == ("ended", None, None)
    assert (visit.status, visit.starts_at, visit.place_id) == ("cancelled", MOMENT + timedelta(days=1, hours=3), None)
    assert all(row.ref.startswith("X-") for row in (pairing, visit, request))


def test_every_calendar_is_written_anew_without_them(network: Network):
    helper = Actor("peer_helper", network.territories["SER"], party_id=int(network.ids["SER:Ana"]))
    person = person_of(network)
    addresses = [
        subscriptions.subscribe(network.site, helper, helper.party_id, "initials", "").url,
        subscriptions.subscribe(network.site, person, person.party_id, "plain", "").url,
    ]
    reader = network.client()
    paths = ["/f/" + one.rsplit("/f/", 1)[1] for one in addresses]
    before = "".join(reader.get(path).text for path in paths)
    assert CANARIES["reference"] in before or CANARIES["visit"] in before or "canari" in before.lower()
    erase(network)

    for path in paths:
        assert "canari" not in reader.get(path).text.lower()
    assert told_in_feeds(network) == set()


def test_the_files_are_written_anew_on_either_engine(site: Site):
    pair = a_pairing(site)

    assert shredding.shred(site.db)
    with site.db() as tx:
        assert tx.get_one(Person, pair.person_id).pseudonym == "Hirondelle"
