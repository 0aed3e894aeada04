"""The week, the agendas, and who learns what of a visit when."""

from __future__ import annotations

import html
import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from service import visits
from service.site import Actor
from service.tables.network import Meeting, MeetingParticipant
from service.tables.pairings import Pairing, Visit
from service.tables.people import PeerHelper, Person, Professional
from tests.service.visits.seraing import carry_out
from tests.service.web.network import MOMENT, Browser, Network

WEEK = "/semaine/2027-01-11"


def make_visit(network: Network, person: str, helper: str, day: date, hour: int, *, published: bool = True) -> str:
    """A regular visit at home of a running pairing; its public id."""
    public_id = network.propose(person, helper)
    zone = ZoneInfo("Europe/Brussels")
    start = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
    with network.site.db.begin() as tx:
        pairing = tx.exec(select(Pairing).where(Pairing.public_id == public_id)).one()
        pairing.status, pairing.person_answer, pairing.helper_answer = "active", "accepted", "accepted"
        pairing.active_from = date(2026, 12, 1)
        tx.get_one(Person, pairing.person_id).status = "paired"
        visit = Visit(
            public_id=network.site.ids.new(),
            ref=f"SER-V-{person}",
            territory_id=pairing.territory_id,
            pairing_id=pairing.id or 0,
            person_id=pairing.person_id,
            peer_helper_id=pairing.peer_helper_id,
            kind="regular",
            starts_at=start,
            ends_at=start.replace(hour=hour + 1),
            published_at=MOMENT if published else None,
            uid=f"{person}@lefil",
            created_at=MOMENT,
            changed_at=MOMENT,
        )
        tx.add(visit)
        return visit.public_id


def visit_of(network: Network, public_id: str) -> Visit:
    with network.site.db() as tx:
        return tx.exec(select(Visit).where(Visit.public_id == public_id)).one()


def test_the_week_shows_each_helper_with_free_hours_and_visits(network: Network):
    make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    text = network.signed_in("coordinator").read(WEEK).text

    assert "Semaine du 11 janvier au 15 janvier" in text
    assert "1\u00a0h sur 6\u00a0h" in text
    assert re.search(r"<b>10\u00a0h</b> Yann", text)
    assert "9\u00a0h\u00a0–\u00a017\u00a0h" in text
    assert 'aria-label="Ana, arrêt 1, 10\u00a0h, Yann, Molinay"' in text


def make_supervision(network: Network, helper: str) -> None:
    """On Monday at 11, for this helper."""
    with network.site.db.begin() as tx:
        party = tx.exec(select(PeerHelper).where(PeerHelper.display_name == helper)).one()
        at = datetime(2027, 1, 11, 11, tzinfo=ZoneInfo("Europe/Brussels"))
        meeting = Meeting(
            public_id=network.site.ids.new(),
            ref="M1",
            territory_id=party.territory_id,
            kind="supervision",
            starts_at=at,
            ends_at=at.replace(hour=12),
            uid="m1@lefil",
            changed_at=MOMENT,
        )
        tx.add(meeting)
        tx.flush()
        tx.add(MeetingParticipant(meeting_id=meeting.id or 0, party_id=party.id))


def test_meetings_stand_between_the_visits_of_the_week_and_of_the_agenda(network: Network):
    make_supervision(network, "Ana")
    make_visit(network, "Yann", "Ana", date(2027, 1, 11), 14)
    week = network.signed_in("coordinator").read(WEEK).text
    agenda = network.signed_in("peer_helper", "Ana").read("/agenda").text

    # Each page names the visit elsewhere too: in the agenda as a question, in the week on the map.
    assert week.index("Supervision") < week.index('class="chip')
    assert agenda.index("Supervision") < agenda.rindex("Yann")
    assert "Supervision" not in network.signed_in("peer_helper", "Bilal").read("/agenda").text
    assert "Supervision" in network.signed_in("peer_helper", "Ana").read("/agenda/papier").text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-27", "9999-12-31"])
def test_a_day_that_no_calendar_reaches_is_not_found(network: Network, day: str):
    client = network.signed_in("coordinator")

    for page in (f"/semaine/{day}", f"/semaine/jour/{day}", f"/semaine/{day}/publier"):
        assert client.read(page).status_code == 404


def test_another_day_of_the_week_leads_to_its_monday(network: Network):
    client = network.signed_in("coordinator")

    assert client.read("/semaine/2027-01-14").headers["location"] == WEEK
    assert client.read("/semaine/2027-13-40").status_code in (400, 404)


def test_an_empty_week_says_so(network: Network):
    assert "Aucune visite cette semaine" in network.signed_in("coordinator").read(WEEK).text


@pytest.mark.parametrize("role", ["peer_helper", "professional", "person"])
def test_the_week_is_the_coordinators(network: Network, role: str):
    assert network.signed_in(role).read(WEEK).status_code == 403


def test_a_visit_moves_to_one_of_its_slots_and_keeps_its_uid(network: Network):
    public_id = make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    client = network.signed_in("coordinator")
    page = f"/semaine/visites/{public_id}"
    slot = re.search(r'name="slot" value="([^"]+)"', client.read(page).text)
    assert slot is not None
    answer = client.fill(f"{page}/deplacer", page, revision="1", slot=slot[1], pin="1")
    moved = visit_of(network, public_id)

    assert "&fait=moved&" in answer.headers["location"]
    assert (moved.uid, moved.pinned, moved.sequence) == ("Yann@lefil", True, 1)
    assert moved.starts_at.isoformat() != "2027-01-12T09:00:00+00:00"


def move_first(network: Network, client: Browser, public_id: str) -> str:
    """Move a visit to its best slot; the address that follows."""
    page = f"/semaine/visites/{public_id}"
    slot = re.search(r'name="slot" value="([^"]+)"', client.read(page).text)
    assert slot is not None
    revision = str(visit_of(network, public_id).revision)
    return client.fill(f"{page}/deplacer", page, revision=revision, slot=slot[1]).headers["location"]


def undo_fields(text: str) -> dict[str, str]:
    form = re.search(r'<form class="undo.*?</form>', text, re.DOTALL)
    assert form is not None
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))


def test_a_move_is_taken_back_with_the_answers_that_the_visit_had(network: Network):
    public_id = make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    client = network.signed_in("coordinator")
    page = f"/semaine/visites/{public_id}"
    client.fill(f"{page}/repondre", page, revision="1", side="peer_helper", said="accepted")
    week = move_first(network, client, public_id)
    text = client.read(week).text
    moved = visit_of(network, public_id)
    assert moved.status == "planned"
    assert re.search(r"Visite déplacée au lundi 11 janvier, \d+", text)
    answer = client.fill(f"{page}/revenir", week, **{k: v for k, v in undo_fields(text).items() if k != "csrf"})
    back = visit_of(network, public_id)

    assert answer.headers["location"].endswith("&fait=moved_back")
    assert back.starts_at.isoformat() == "2027-01-12T09:00:00+00:00"
    assert (back.status, back.helper_answer) == ("confirmed", "accepted")
    assert back.sequence == moved.sequence + 1
    assert "remise où elle était" in client.read(answer.headers["location"]).text


def test_a_move_is_not_taken_back_once_somebody_changed_the_visit(network: Network):
    public_id = make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    client = network.signed_in("coordinator")
    page = f"/semaine/visites/{public_id}"
    week = move_first(network, client, public_id)
    fields = undo_fields(client.read(week).text)
    client.fill(f"{page}/fixer", page, revision=fields["revision"], pinned="1")
    answer = client.fill(f"{page}/revenir", week, **{k: v for k, v in fields.items() if k != "csrf"})

    assert answer.status_code == 409
    assert visit_of(network, public_id).starts_at.isoformat() != "2027-01-12T09:00:00+00:00"
    assert '<form class="undo' not in client.read(week).text


def test_a_move_is_not_taken_back_to_an_invented_place(network: Network):
    public_id = make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    client = network.signed_in("coordinator")
    week = move_first(network, client, public_id)
    before = visit_of(network, public_id)
    fields = {k: v for k, v in undo_fields(client.read(week).text).items() if k != "csrf"}
    for slot in ("2027-01-12T22:00|SER-H00", "2027-01-12T10:00|SER-H01", "nonsense", ""):
        answer = client.fill(f"/semaine/visites/{public_id}/revenir", week, **fields | {"slot": slot})
        assert answer.status_code == 409
    assert visit_of(network, public_id) == before


def test_a_visit_moves_to_a_moment_chosen_by_hand(network: Network):
    public_id = make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    client = network.signed_in("coordinator")
    page = f"/semaine/visites/{public_id}"
    answer = client.fill(f"{page}/deplacer", page, revision="1", slot="autre", day="2027-01-12", hour="14:10", pin="1")
    moved = visit_of(network, public_id)

    assert answer.status_code == 303
    assert (moved.starts_at.isoformat(), moved.pinned) == ("2027-01-12T13:10:00+00:00", True)


@pytest.mark.parametrize(
    ("day", "hour", "sentence"),
    [
        ("2027-01-12", "18:00", "Ana : pas disponible à ce moment."),
        ("2027-01-12", "18:00", "Yann : pas disponible à ce moment."),
        ("2027-01-12", "21:00", "Les visites ont lieu entre 8\u00a0h et 20\u00a0h."),
        ("2026-12-29", "10:00", "Ce moment est passé."),
        ("", "10:00", "Choisissez un jour."),
        ("2027-13-40", "10:00", "Choisissez un jour."),
        ("2027-01-12", "", "Écrivez l’heure comme ceci : 14:30."),
        ("2027-01-12", "25 h", "Écrivez l’heure comme ceci : 14:30."),
    ],
)
def test_a_moment_chosen_by_hand_that_breaks_a_rule_is_answered_at_once(
    network: Network, day: str, hour: str, sentence: str
):
    public_id = make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    client = network.signed_in("coordinator")
    page = f"/semaine/visites/{public_id}"
    before = visit_of(network, public_id)
    answer = client.fill(f"{page}/deplacer", page, revision="1", slot="autre", day=day, hour=hour)

    assert answer.status_code == 422
    assert "<title>Erreur :" in answer.text
    assert sentence in answer.text
    assert f'value="{hour}"' in answer.text
    assert visit_of(network, public_id) == before


@pytest.mark.parametrize("typed", ["14:30", "14h30", "14 h 30", "14.30"])
def test_an_hour_may_be_typed_as_people_write_it(network: Network, typed: str):
    public_id = make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    client = network.signed_in("coordinator")
    page = f"/semaine/visites/{public_id}"
    client.fill(f"{page}/deplacer", page, revision="1", slot="autre", day="2027-01-12", hour=typed)

    assert visit_of(network, public_id).starts_at.isoformat() == "2027-01-12T13:30:00+00:00"


def plan_by_hand(network: Network) -> None:
    """Yann's pairing runs, and the calculation of these weeks was applied without any visit for him."""
    public_id = make_visit(network, "Yann", "Ana", date(2027, 1, 5), 10)
    actor = Actor("coordinator", network.territories["SER"])
    with network.site.db.begin() as tx:
        tx.exec(select(Visit).where(Visit.public_id == public_id)).one().status = "done"
    run = visits.ask_for_plan(network.site, actor, date(2027, 1, 11))
    carry_out(network.site, run)
    visits.apply_draft(network.site, actor, run, [])


def test_a_visit_to_place_shows_its_solutions_and_takes_the_one_that_is_chosen(network: Network):
    plan_by_hand(network)
    client = network.signed_in("coordinator")
    text = client.read(WEEK).text
    link = re.search(r'href="(/semaine/a-placer\?visite=[^"]+)"[^>]*>Voir les solutions \((\d+)\)', text)
    assert link is not None
    assert int(link[2]) > 6
    page = client.read(link[1]).text
    assert "Tout le monde est libre." in page
    slots = re.findall(r'name="slot" value="([^"]+)"', page)
    due = re.search(r'name="due" value="([^"]+)"', page)
    assert due is not None
    assert (len(slots), slots[-1]) == (7, "autre")
    answer = client.fill("/semaine/placement", link[1], due=due[1], slot=slots[0], pin="1")
    assert answer.headers["location"].endswith("&fait=placed")
    assert "Visite placée." in client.read(answer.headers["location"]).text
    twice = client.fill("/semaine/placement", WEEK, due=due[1], slot=slots[0])

    assert twice.status_code == 409
    assert "déjà placée" in twice.text
    with network.site.db() as tx:
        placed = tx.exec(select(Visit).where(Visit.status == "planned")).one()
    assert placed.pinned
    assert slots[0].startswith(placed.starts_at.astimezone(ZoneInfo("Europe/Brussels")).strftime("%Y-%m-%dT%H:%M"))


def test_a_due_visit_is_placed_at_a_moment_chosen_by_hand_or_told_why_not(network: Network):
    plan_by_hand(network)
    client = network.signed_in("coordinator")
    link = re.search(r'href="(/semaine/a-placer\?visite=[^"]+)"', client.read(WEEK).text)
    assert link is not None
    due = re.search(r'name="due" value="([^"]+)"', client.read(link[1]).text)
    assert due is not None
    refused = client.fill("/semaine/placement", link[1], due=due[1], slot="autre", day="2027-01-11", hour="19:00")
    assert refused.status_code == 422
    assert "<title>Erreur :" in refused.text
    assert "Ana : pas disponible à ce moment." in refused.text
    assert "Rien n’a été modifié." in refused.text
    outside = client.fill("/semaine/placement", link[1], due=due[1], slot="autre", day="2027-01-29", hour="10:00")
    assert "Cette visite est due entre le" in outside.text
    answer = client.fill("/semaine/placement", link[1], due=due[1], slot="autre", day="2027-01-11", hour="10:20")

    assert answer.status_code == 303
    with network.site.db() as tx:
        placed = tx.exec(select(Visit).where(Visit.status == "planned")).one()
    assert placed.starts_at.isoformat() == "2027-01-11T09:20:00+00:00"


@pytest.mark.parametrize("key", ["SER-X/first", "", "../../etc", "SER-A-Yann/2099-01-01"])
def test_a_visit_that_is_not_due_gets_a_sentence(network: Network, key: str):
    plan_by_hand(network)
    answer = network.signed_in("coordinator").get("/semaine/a-placer", params={"visite": key})

    assert answer.status_code == 409
    assert "Cette visite est déjà placée, ou n’est plus due." in answer.text


@pytest.mark.parametrize("role", ["peer_helper", "professional", "person"])
def test_only_the_coordinator_places_a_visit(network: Network, role: str):
    assert network.signed_in(role).read("/semaine/a-placer?visite=SER-A-Yann/first").status_code == 403


def test_the_agenda_asks_to_confirm_in_a_sentence_of_its_own(network: Network):
    make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)

    assert "À confirmer : visite</p>" in network.signed_in("peer_helper", "Ana").read("/agenda").text


def test_a_visit_that_moved_meanwhile_is_not_moved_again(network: Network):
    public_id = make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    client = network.signed_in("coordinator")
    page = f"/semaine/visites/{public_id}"
    slot = re.search(r'name="slot" value="([^"]+)"', client.read(page).text)
    assert slot is not None

    assert client.fill(f"{page}/deplacer", page, revision="9", slot=slot[1]).status_code == 409


def test_a_slot_that_the_page_does_not_offer_is_refused(network: Network):
    public_id = make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    client = network.signed_in("coordinator")
    page = f"/semaine/visites/{public_id}"
    answer = client.fill(f"{page}/deplacer", page, revision="1", slot="2027-01-12T22:00|SER-H00")

    assert answer.status_code == 409
    assert "Une règle l’empêche" in answer.text


def test_an_answer_by_phone_confirms_a_visit(network: Network):
    public_id = make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    client = network.signed_in("coordinator")
    page = f"/semaine/visites/{public_id}"
    client.fill(f"{page}/repondre", page, revision="1", side="peer_helper", said="accepted")

    assert visit_of(network, public_id).status == "confirmed"


def test_a_visit_is_fixed_and_cancelled_by_hand(network: Network):
    public_id = make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    client = network.signed_in("coordinator")
    page = f"/semaine/visites/{public_id}"
    client.fill(f"{page}/fixer", page, revision="1", pinned="1")
    assert visit_of(network, public_id).pinned
    client.fill(f"{page}/annuler", page, revision=str(visit_of(network, public_id).revision))

    assert visit_of(network, public_id).status == "cancelled"


def test_nobody_sees_a_visit_before_its_week_is_published(network: Network):
    make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10, published=False)
    helper, person = network.signed_in("peer_helper", "Ana"), network.signed_in("person", "Yann")
    assert "Yann" not in helper.read("/agenda").text
    assert "Rien de prévu. Vos prochaines visites" in person.read("/agenda").text
    client = network.signed_in("coordinator")
    assert "1 visite n’est pas encore publiée." in client.read(f"{WEEK}/publier").text
    assert f'<a class="btn sm primary" href="{WEEK}/publier">' in client.read(WEEK).text
    assert client.fill(f"{WEEK}/publication", f"{WEEK}/publier").headers["location"] == f"{WEEK}?fait=published"
    assert "est déjà publiée" in client.read(f"{WEEK}/publier").text
    assert f'<a class="btn sm quiet" href="{WEEK}/publier">' in (week := client.read(WEEK).text)
    assert "Tout est publié : chacun voit ses visites." in week

    assert "Yann" in helper.read("/agenda").text
    assert "Ana" in person.read("/agenda").text


def test_a_helper_answers_for_a_visit_without_a_reason(network: Network):
    public_id = make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    client = network.signed_in("peer_helper", "Ana")
    text = client.read("/agenda").text
    assert "À confirmer" in text
    assert "<textarea" not in text
    answer = client.fill(f"/agenda/visites/{public_id}/repondre", "/agenda", said="accepted", revision="1")

    assert answer.headers["location"] == "/agenda?fait=answered_yes"
    assert visit_of(network, public_id).status == "confirmed"


def test_a_helper_neither_sees_nor_answers_the_visits_of_another(network: Network):
    public_id = make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    client = network.signed_in("peer_helper", "Bilal")

    assert "Yann" not in client.read("/agenda").text
    answer = client.fill(f"/agenda/visites/{public_id}/repondre", "/agenda", said="declined", revision="1")
    assert answer.status_code == 404


def test_a_professional_sees_the_joint_visits_only(network: Network):
    joint = make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    make_visit(network, "Zoe", "Bilal", date(2027, 1, 13), 10)
    with network.site.db.begin() as tx:
        paul = tx.exec(select(Professional).where(Professional.display_name == "Paul")).one()
        tx.exec(select(Visit).where(Visit.public_id == joint)).one().professional_id = paul.id
    text = network.signed_in("professional", "Paul").read("/agenda").text

    assert "Yann" in text
    assert "Zoe" not in text


def test_a_visit_of_another_territory_does_not_exist(network: Network):
    client = network.signed_in("coordinator")

    assert client.read(f"/semaine/visites/{'0' * 32}").status_code == 404


def test_a_calculation_is_asked_for_followed_and_stopped(network: Network):
    make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    client = network.signed_in("coordinator")
    followed = client.fill("/semaine/recalculer", WEEK, week="2027-01-11").headers["location"]
    text = client.read(followed).text

    assert 'aria-busy="true"' in text
    assert "Arrêter" in text
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in text
    assert "Calcul en cours" in client.read(WEEK).text
    assert client.fill(f"{followed}/arreter", followed).status_code == 303
    stopped = client.read(f"{followed}/etat")
    assert "hx-get" not in stopped.text
    assert stopped.headers["hx-redirect"] == followed


def test_two_calculations_at_once_are_refused_with_a_sentence(network: Network):
    client = network.signed_in("coordinator")
    client.fill("/semaine/recalculer", WEEK, week="2027-01-11")
    again = client.fill("/semaine/recalculer", WEEK, week="2027-01-11")

    assert again.status_code == 409
    assert "Un calcul est déjà en cours" in again.text


def test_a_moment_that_is_tried_out_leads_to_the_plan_it_would_make_and_changes_nothing(network: Network):
    public_id = make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    client = network.signed_in("coordinator")
    page = f"/semaine/visites/{public_id}"
    slot = re.search(r'name="slot" value="(2027-[^"]+)"', client.read(page).text)
    assert slot is not None
    answer = client.fill(f"{page}/replanifier", page, revision="1", slot=slot[1])
    address = answer.headers["location"]
    run = address.rpartition("/")[2]
    assert address == f"/semaine/replanifications/{run}"
    carry_out(network.site, run)
    shown = html.unescape(client.read(address).text)

    assert "Le moins de changements" in shown
    assert "plan d’aujourd’hui" in shown
    assert visit_of(network, public_id).starts_at.astimezone(ZoneInfo("Europe/Brussels")).hour == 10


def test_a_moment_that_nobody_can_make_possible_is_refused_with_its_reasons(network: Network):
    public_id = make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    client = network.signed_in("coordinator")
    page = f"/semaine/visites/{public_id}"
    answer = client.fill(f"{page}/replanifier", page, revision="1", slot="autre", day="2027-01-12", hour="23:00")

    assert answer.status_code == 422
    assert "Ce moment n’est pas possible" in html.unescape(answer.text)
    assert client.fill(f"{page}/replanifier", page, revision="1", slot="autre", day="", hour="x").status_code == 422
