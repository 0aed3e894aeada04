"""Organisations, professionals and places: found, kept by form, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from service import kept_records, partners, partners_kept
from service.errors import NotAllowed, NotFound
from service.partners import Sought
from service.sheets import Outcome
from service.site import Actor
from service.tables.people import Place, Professional
from service.tables.territory import Organisation
from tests.service.helpers.builders import claire, noted
from tests.service.web.network import Network

GOOD: dict[str, dict[str, Any]] = {
    "organisation": {
        "name": "Le Pont",
        "kind_other": "Entraide",
        "sector": "associative",
        "themes": ["social"],
        "email": "pont@exemple.example",
        "charter_signed_on": "2026-05-01",
        "conventions": "prêt de locaux\n\n  formation commune ",
        "hosts_meetings": "yes",
    },
    "professional": {
        "display_name": "Noé",
        "function": "educator",
        "languages": ["fr"],
        "roles": ["referring", "coordinator"],
        "fte": "0,5",
    },
    "place": {"name": "Salle du Pont", "kind": "neutral_place", "lat": "50.601", "lon": "5.501", "capacity": "12"},
}
TABLES = {"organisation": Organisation, "professional": Professional, "place": Place}


def saved(network: Network, code: str, public_id: str | None = None, *, revision: int = 0, **said: Any) -> Outcome:
    kind = partners_kept.kind_of(code)
    return kept_records.save(network.site, claire(network), kind, public_id, GOOD[code] | said, revision=revision)


def first(network: Network, table: type[Any], elsewhere: bool = False) -> Any:
    with network.site.db() as tx:
        name = table.display_name if table is Professional else table.name
        there: Any = name.endswith("ailleurs")
        return tx.exec(select(table).where(there if elsewhere else ~there)).first()


@pytest.mark.parametrize("code", GOOD)
def test_a_new_record_reads_back_as_it_was_typed(network: Network, code: str):
    made = saved(network, code)
    assert made.public_id is not None
    kind = partners_kept.kind_of(code)
    back = kept_records.blank(network.site, claire(network), kind, made.public_id, "fr").said
    same = {
        name: value
        for name, value in GOOD[code].items()
        if name not in ("kind_other", "conventions", "fte") and back[name] != value
    }

    assert same == {}
    assert noted(network, made.public_id) == [f"{code}.made"]


def test_an_organisation_may_be_of_another_kind_and_have_conventions(network: Network):
    page = partners.organisation(network.site, claire(network), saved(network, "organisation").public_id or "")

    assert page.partner.kind == "Entraide"
    assert page.conventions == ("prêt de locaux", "formation commune")


@pytest.mark.parametrize(
    ("code", "field", "typed"),
    [
        ("organisation", "name", ""),
        ("organisation", "kind", "x"),
        ("organisation", "sector", "secret"),
        ("organisation", "charter_signed_on", "2028-01-01"),
        ("organisation", "email", "pont"),
        ("professional", "languages", []),
        ("professional", "roles", ["sysadmin"]),
        ("professional", "fte", "1,5"),
        ("professional", "organisation", "0" * 32),
        ("place", "kind", ""),
        ("place", "lat", "50.60123"),
        ("place", "lat", "48.0"),
        ("place", "capacity", "-3"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(network: Network, code: str, field: str, typed: Any):
    found = saved(network, code, **{field: typed})

    assert list(found.wrong) == [field]
    assert found.public_id is None


def test_a_place_is_somewhere(network: Network):
    assert list(saved(network, "place", lat="", lon="").wrong) == ["neighbourhood"]


def test_a_professional_with_the_same_address_may_be_the_same(network: Network):
    saved(network, "professional", email="noe@exemple.example")
    found = saved(network, "professional", display_name="Nouvelle venue", email="NOE@exemple.example")

    assert [one.name for one in found.twins] == ["Noé"]


def test_whoever_has_an_account_of_the_coordination_keeps_the_role(network: Network):
    row = first(network, Professional)
    said = {"display_name": row.display_name, "roles": ["referring"], "organisation": ""}

    assert list(saved(network, "professional", row.public_id, revision=row.revision, **said).wrong) == ["roles"]


@pytest.mark.parametrize("code", GOOD)
def test_records_of_another_territory_do_not_exist_here(network: Network, code: str):
    other = first(network, TABLES[code], elsewhere=True)

    with pytest.raises(NotFound):
        saved(network, code, other.public_id, revision=other.revision)
    with pytest.raises(NotFound):
        getattr(partners, code)(network.site, claire(network), other.public_id)
    with pytest.raises(NotAllowed):
        partners.listing(network.site, Actor("professional", other.territory_id), Sought())


def test_a_search_finds_an_organisation_by_those_who_work_there(network: Network):
    saved(network, "organisation")
    saved(network, "place")

    def names(**sought: str) -> list[str]:
        return [one.name for one in partners.listing(network.site, claire(network), Sought(**sought)).lines]

    assert names() == ["CPAS", "Le Pont", ""]
    assert names(text="ines") == ["CPAS"]
    assert names(text="salle du pont") == [""]
    assert names(theme="social") == ["Le Pont"]
    assert names(charter="missing") == ["CPAS"]
    assert names(sector="public", kind="cpas") == ["CPAS"]
    assert names(text="rien de tel") == []


def test_pages_show_who_belongs_and_nobody_elses(network: Network):
    client = network.signed_in("coordinator", "Claire")
    office, place = first(network, Organisation), first(network, Place)
    shown = client.read("/partenaires").text + client.read(f"/partenaires/organisations/{office.public_id}").text
    shown += client.read(f"/partenaires/lieux/{place.public_id}").text

    for told in ("CPAS", "Paul", "Ines", "Maison du quartier", f"/lieux/{place.public_id}/disponibilites"):
        assert told in shown
    assert "d’ailleurs" not in shown


def test_a_place_is_made_and_a_name_alike_is_asked_about(network: Network):
    client = network.signed_in("coordinator", "Claire")
    new = "/partenaires/lieux/nouveau"
    asked = client.fill(f"{new}/enregistrer", new, **(GOOD["place"] | {"name": "Maison du Quartier"}))
    assert asked.status_code == 422
    assert "existe peut-être déjà" in asked.text
    made = client.fill(f"{new}/enregistrer", new, **(GOOD["place"] | {"name": "Maison du Quartier", "sure": "yes"}))

    assert made.status_code == 303
    assert "12" in client.read(made.headers["location"]).text
