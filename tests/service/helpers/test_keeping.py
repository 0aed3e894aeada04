"""A helper's record is made and edited by form; nothing typed is lost, and nobody overwrites another unseen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from service import codes, helpers_kept, helpers_profile, helpers_sheet, kept_records
from service.errors import NotAcceptable, NotAllowed, NotFound, Outdated, StepNotAllowed
from service.helpers_kept import KIND
from service.sheets import Outcome
from service.site import Actor
from service.tables.people import Conflict, ContactCard, PeerHelper
from tests.service.helpers.builders import NADIA, claire, helper, noted, person
from tests.service.web.network import TODAY, Network


def saved(network: Network, public_id: str | None = None, **said: Any) -> Outcome:
    filled = NADIA | said
    revision = int(filled.pop("revision", 0))
    sure = bool(filled.pop("sure", False))
    return kept_records.save(network.site, claire(network), KIND, public_id, filled, revision=revision, sure=sure)


def form(network: Network, public_id: str) -> dict[str, Any]:
    return dict(kept_records.blank(network.site, claire(network), KIND, public_id, "fr").said)


def test_a_new_helper_is_there_with_their_limits_and_can_be_read_back(network: Network):
    made = saved(network)
    assert made.public_id is not None
    row = helper(network, "Nadia")

    assert (row.ref, row.status, row.weekly_minutes_max, row.max_travel_km) == ("SER-H02", "active", 1170, 8.5)
    assert form(network, made.public_id) == NADIA | {
        "weekly_hours": "19.5",
        "max_travel_km": "8.5",
        "base_lat": "50.61",
        "gender": "",
        "age_band": "",
        "organisation": "",
        "neighbourhood": "",
        "supervisor": "",
        "last_supervision_on": "",
        "off_in_school_holidays": "",
    }
    assert noted(network, made.public_id) == ["peer_helper.made", "contact_card.read"]


def test_phone_mail_and_own_words_lie_sealed(network: Network):
    saved(network)
    row = helper(network, "Nadia")
    with network.site.db() as tx:
        card = tx.get_one(ContactCard, row.id)

    assert b"123" not in card.card_sealed
    assert b"quartier" not in (row.own_words_sealed or b"")


def test_without_the_first_training_a_new_helper_is_in_training(network: Network):
    saved(network, initial_training_completed_on="")

    assert helper(network, "Nadia").status == "in_training"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("display_name", ""),
        ("display_name", "N" * 81),
        ("contract", ""),
        ("contract", "slave"),
        ("languages", []),
        ("themes", ["astrology"]),
        ("own_words", "a" * 281),
        ("weekly_hours", "beaucoup"),
        ("weekly_hours", "169"),
        ("weekly_hours", "nan"),
        ("max_persons", "2,5"),
        ("max_persons", "-1"),
        ("base_lat", "50.60912"),
        ("base_lat", "12"),
        ("base_lon", ""),
        ("initial_training_completed_on", "2026-02-30"),
        ("last_supervision_on", "2027-01-05"),
        ("supervisor", "0" * 32),
        ("phone", "rien"),
        ("email", "nadia@"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field_and_nothing_is_written(network: Network, field: str, typed: Any):
    found = saved(network, **{field: typed})

    assert list(found.wrong) == [field]
    assert found.public_id is None
    with network.site.db() as tx:
        assert tx.exec(select(PeerHelper).where(PeerHelper.display_name == "Nadia")).first() is None


def test_somebody_elses_change_is_shown_and_not_overwritten(network: Network):
    public_id = helper(network).public_id
    seen = form(network, public_id)
    first = saved(network, public_id, **(seen | {"revision": 1, "max_persons": "2"}))
    second = saved(network, public_id, **(seen | {"revision": 1, "max_persons": "6"}))

    assert first.public_id == public_id
    assert second.public_id is None
    assert [(one.field.name, one.theirs, one.mine) for one in second.differences] == [("max_persons", "2", "6")]
    assert helper(network).max_persons == 2
    assert saved(network, public_id, **(seen | {"revision": second.revision, "max_persons": "6"})).public_id
    assert helper(network).max_persons == 6


def test_a_new_phone_alone_counts_as_a_change(network: Network):
    public_id = helper(network).public_id
    seen = form(network, public_id)
    saved(network, public_id, **(seen | {"revision": 1, "phone": "04 000 00 01"}))
    found = saved(network, public_id, **(seen | {"revision": 1, "phone": "04 000 00 02"}))

    assert [one.field.name for one in found.differences] == ["phone"]


@pytest.mark.parametrize("name", ["Ana", "ANA ", "Bilall"])
def test_a_name_that_may_be_there_already_is_said_before_saving(network: Network, name: str):
    found = saved(network, display_name=name)

    assert found.public_id is None
    assert [one.name for one in found.twins] == ["Bilal" if name == "Bilall" else "Ana"]
    assert saved(network, display_name=name, sure=True).public_id is not None


def test_a_helper_of_another_territory_is_neither_a_twin_nor_to_be_found(network: Network):
    other = helper(network, "Ana d’ailleurs")

    assert saved(network, display_name="Ana d’ailleurs").twins == ()
    with pytest.raises(NotFound):
        saved(network, other.public_id)
    with pytest.raises(NotFound):
        helpers_kept.read_card(network.site, claire(network), other.public_id)
    with pytest.raises(NotAllowed):
        kept_records.save(network.site, Actor("peer_helper", other.territory_id), KIND, None, NADIA)


def test_rest_begins_and_ends_and_no_step_is_skipped(network: Network):
    row, actor = helper(network), claire(network)

    helpers_kept.change_state(network.site, actor, row.public_id, "resting", 1)
    with pytest.raises(Outdated):
        helpers_kept.change_state(network.site, actor, row.public_id, "active", 1)
    helpers_kept.change_state(network.site, actor, row.public_id, "active", 2)

    for state in ("in_training", "left", "elsewhere"):
        with pytest.raises(StepNotAllowed):
            helpers_kept.change_state(network.site, actor, row.public_id, state, 3)
    assert noted(network, row.public_id) == ["peer_helper.resting", "peer_helper.active"]


@pytest.mark.parametrize("day", [None, TODAY + timedelta(days=1), date(2026, 12, 14)])
def test_a_supervision_has_a_day_that_was_and_is_the_last(network: Network, day: date | None):
    row = helper(network)

    with pytest.raises(NotAcceptable):
        helpers_kept.note_supervision(network.site, claire(network), row.public_id, day, 1)
    helpers_kept.note_supervision(network.site, claire(network), row.public_id, TODAY, 1)
    assert helper(network).last_supervision_on == TODAY


def test_a_conflict_keeps_whom_and_never_why(network: Network):
    row, yann, actor = helper(network), person(network), claire(network)
    helpers_kept.add_conflict(network.site, actor, row.public_id, yann.public_id)
    with pytest.raises(NotAcceptable, match="déjà"):
        helpers_kept.add_conflict(network.site, actor, row.public_id, yann.public_id)

    [shown] = helpers_profile.profile(network.site, actor, row.public_id).conflicts
    assert (shown.name, shown.kind) == ("Yann", "person")
    assert set(Conflict.model_fields) == {"id", "peer_helper_id", "person_id", "neighbourhood_id"}
    helpers_kept.remove_conflict(network.site, actor, row.public_id, yann.public_id)
    assert helpers_profile.profile(network.site, actor, row.public_id).conflicts == ()
    with pytest.raises(NotFound):
        helpers_kept.remove_conflict(network.site, actor, row.public_id, yann.public_id)


def test_a_conflict_names_somebody_of_this_territory(network: Network):
    for target in ("", "0" * 32, person(network, "Yann d’ailleurs").public_id):
        with pytest.raises(NotAcceptable):
            helpers_kept.add_conflict(network.site, claire(network), helper(network).public_id, target)


def test_a_certificate_is_noted_once_and_can_be_taken_off(network: Network):
    row, actor, day = helper(network), claire(network), date(2026, 5, 2)
    helpers_kept.add_certificate(network.site, actor, row.public_id, "  Premiers  secours ", day)
    for kind, on in (
        ("Premiers secours", day),
        ("", day),
        ("x" * 81, day),
        ("Autre", None),
        ("Autre", date(2028, 1, 1)),
    ):
        with pytest.raises(NotAcceptable):
            helpers_kept.add_certificate(network.site, actor, row.public_id, kind, on)

    assert helpers_profile.profile(network.site, actor, row.public_id).certificates == (("Premiers secours", day),)
    helpers_kept.remove_certificate(network.site, actor, row.public_id, "Premiers secours", day)
    assert helpers_profile.profile(network.site, actor, row.public_id).certificates == ()


def test_every_age_that_is_kept_is_said_in_words():
    assert tuple(helpers_sheet.AGES) == codes.AGE_BANDS
