"""The interface for programs: what it answers, that every answer is as its document says, and what it never tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlmodel import col, select, update

from service import run_rows
from service.settings import Settings
from service.tables.people import Conflict, Consent, PeerHelper, Person, Refusal
from service.tables.work import Run
from tests.service.web.calculating import Calculation, carried_out
from tests.service.web.network import BASE, MOMENT, TODAY, Browser, Network, make_site
from tests.service.web.openapi import complaints

NOBODY = "0" * 32
PATHS = {
    "/api/pairings/solve": ("POST",),
    f"/api/pairings/runs/{NOBODY}": ("GET",),
    f"/api/pairings/runs/{NOBODY}/stop": ("POST",),
    f"/api/pairings/runs/{NOBODY}/shortlists": ("GET",),
    f"/api/pairings/runs/{NOBODY}/shortlists/{NOBODY}": ("GET",),
    "/api/pairings/what-ifs": ("POST",),
    f"/api/pairings/what-ifs/{NOBODY}": ("GET",),
}


@dataclass
class Program:
    """A caller whose every answer is held against the document."""

    client: Browser
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, status: int, **choices: Any) -> Any:
        headers = self.headers | choices.pop("headers", {})
        answer = self.client.request(method, path, headers=headers, follow_redirects=False, **choices)
        document = self.client.get("/api/openapi.json").json()

        assert answer.status_code == status, answer.text
        assert complaints(document, method, path.partition("?")[0], answer) == []
        return answer

    def get(self, path: str, status: int = 200) -> Any:
        return self.ask("GET", path, status).json()

    def post(self, path: str, status: int = 202, **choices: Any) -> Any:
        return self.ask("POST", path, status, **choices)

    def solve(self) -> str:
        return self.post("/api/pairings/solve").headers["location"]


def program(network: Network, role: str = "coordinator") -> Program:
    client = network.signed_in(role)
    page = "/demandes" if role == "coordinator" else "/aide"
    return Program(client, {"x-csrf-token": client.seal(page), "accept": "application/json"})


@pytest.fixture
def api(network: Network) -> Program:
    return program(network)


def ids(network: Network, table: Any, *names: str) -> list[str]:
    shown = Person.pseudonym if table is Person else PeerHelper.display_name
    with network.site.db() as tx:
        return [tx.exec(select(table.public_id).where(shown == name)).one() for name in names]


def test_a_calculation_is_asked_followed_and_read(network: Network, api: Program):
    run = api.solve()
    queued = api.get(run)
    calculation = Calculation(network.site)
    calculation.tell_first()
    first = api.get(run)
    calculation.end()
    last = api.get(run)
    rows = api.get(f"{run}/shortlists")

    assert (queued["state"], queued["proof"], queued["answer"]) == ("queued", "none", None)
    assert (first["state"], first["proof"], first["answer"]["is_first"]) == ("running", "under_way", True)
    assert (last["state"], last["proof"], last["answer"]["is_first"]) == ("done", "proven", False)
    assert [aim["aim"] for aim in last["answer"]["aims"]] == ["served", "score", "load"]
    assert all(aim["value"] == aim["bound"] and aim["gap"] == 0 for aim in last["answer"]["aims"])
    assert (rows["count"], rows["pages"]) == (2, 1)
    assert [row["pseudonym"] for row in rows["rows"]] == ["Yann", "Zoe"]
    assert {offer["name"] for row in rows["rows"] for offer in row["offers"]} == {"Ana", "Bilal"}
    assert all(offer["cost"]["exact"] for row in rows["rows"] for offer in row["offers"])


def test_the_first_answer_has_shortlists_without_costs(network: Network, api: Program):
    run = api.solve()
    Calculation(network.site).tell_first()
    rows = api.get(f"{run}/shortlists")

    assert rows["is_first"]
    assert all(offer["cost"] is None for row in rows["rows"] for offer in row["offers"])


def test_one_person_is_read_with_a_line_for_every_other_helper(network: Network, api: Program):
    with network.site.db.begin() as tx:
        tx.exec(update(PeerHelper).where(col(PeerHelper.display_name) == "Bilal").values(languages=["nl"]))
    run = api.solve()
    carried_out(network.site)
    [yann] = ids(network, Person, "Yann")
    found = api.get(f"{run}/shortlists/{yann}")

    assert [offer["name"] for offer in found["row"]["offers"]] == ["Ana"]
    assert [(one["name"], one["rules"], one["overridable"]) for one in found["left_out"]] == [
        ("Bilal", ["LANGUAGE"], ["LANGUAGE"])
    ]


def test_a_run_without_an_answer_has_no_shortlists(network: Network, api: Program):
    run = api.solve()

    assert api.get(f"{run}/shortlists", 409)["type"] == "/problems/RunRefused"
    assert api.get(f"{run}/shortlists/{NOBODY}", 409)["status"] == 409


def test_a_stopped_run_never_says_proven(network: Network, api: Program):
    run = api.solve()
    calculation = Calculation(network.site)
    calculation.tell_first(status="optimal")
    asked = api.post(f"{run}/stop", 200).json()
    calculation.stopped()

    assert asked["state"] == "running"
    assert (api.get(run)["proof"], api.get(run)["stopped"]) == ("unproven", "person")


@pytest.mark.parametrize("reason", ["crashed", "error", "too_long", "rule_broken"])
def test_a_run_that_fails_after_its_first_answer_says_why_and_never_proven(network: Network, api: Program, reason: str):
    run = api.solve()
    calculation = Calculation(network.site)
    calculation.tell_first(status="optimal")
    calculation.fail(reason=reason)
    found = api.get(run)

    assert (found["state"], found["proof"], found["answer"]["is_first"]) == ("failed", "unproven", True)
    assert found["reason"]


def test_a_search_at_its_limit_says_how_far_each_aim_may_be_from_the_best(network: Network, api: Program):
    run = api.solve()
    calculation = Calculation(network.site)
    answer = calculation.answer()
    bound = {"served": answer.value.served, "score": answer.value.score + 100, "load": 0}
    calculation.stopped("time", status="feasible", bound=bound)
    found = api.get(run)

    assert (found["proof"], found["stopped"]) == ("unproven", "time")
    assert {aim["aim"]: aim["gap"] > 0 for aim in found["answer"]["aims"]} == {
        "served": False,
        "score": True,
        "load": True,
    }


def test_whose_consent_has_ended_since_has_no_offers_any_more(network: Network, api: Program):
    run = api.solve()
    carried_out(network.site)
    [yann] = ids(network, Person, "Yann")
    with network.site.db.begin() as tx:
        tx.exec(update(Consent).where(col(Consent.person_id) == int(network.ids["SER:Yann"])).values(ended_at=MOMENT))
    row = api.get(f"{run}/shortlists/{yann}")["row"]

    assert (row["state"], row["offers"]) == ("nobody", [])
    assert row["nobody"]["removed"] == [{"rule": "CONSENT", "helpers": 2}]
    assert api.get(run)["answer"]["is_outdated"]


def test_a_question_is_asked_and_answered_beside_today(network: Network, api: Program):
    [yann], [ana] = ids(network, Person, "Yann"), ids(network, PeerHelper, "Ana")
    asked = {"leave": [ana], "weights": {"travel": 30}, "newcomers": [{"languages": ["fr"], "themes": ["housing"]}]}
    address = api.post("/api/pairings/what-ifs", json=asked).headers["location"]
    before = api.get(address)
    carried_out(network.site)
    found = api.get(address)

    assert (before["state"], before["today"], before["differences"]) == ("queued", None, [])
    assert (found["state"], found["proof"], found["refused"]) == ("done", "proven", [])
    assert found["today"]["served"] == found["then"]["served"] == 2
    assert yann
    assert {one["before"] for one in found["differences"]} <= {ana, *ids(network, PeerHelper, "Bilal")}


def test_a_question_that_a_rule_forbids_says_so(network: Network, api: Program):
    with network.site.db.begin() as tx:
        tx.exec(update(PeerHelper).where(col(PeerHelper.display_name) == "Bilal").values(languages=["nl"]))
    [yann], [bilal] = ids(network, Person, "Yann"), ids(network, PeerHelper, "Bilal")
    asked = {"choose": [{"person": yann, "helper": bilal}]}
    address = api.post("/api/pairings/what-ifs", json=asked).headers["location"]
    carried_out(network.site)
    found = api.get(address)

    assert found["refused"] == [
        {
            "person": yann,
            "helper": bilal,
            "rules": ["LANGUAGE"],
            "says": "Bilal pour Yann, ce n’est pas possible : Langue",
        }
    ]
    assert (found["today"], found["proof"]) == (None, "none")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "Dites ce que vous voulez essayer."),
        ({"weights": {"travel": -1}}, "Le poids du critère « Trajet » doit être entre 0 et 1000."),
        ({"weights": {"horoscope": 5}}, "Ce critère n’existe pas : horoscope."),
        ({"leave": [NOBODY]}, "Choisissez dans la liste qui s’en va."),
        ({"choose": [{"person": NOBODY, "helper": NOBODY}]}, "Choisissez à la fois une personne et un pair-aidant"),
        ({"newcomers": [{"weekly_minutes": -5}]}, "Les heures par semaine sont entre 0 et 168."),
        ({"newcomers": [{"moments": [{"weekday": 1, "start": 600, "end": 540}]}]}, "Un moment commence"),
    ],
)
def test_a_question_without_sense_is_a_sentence_and_no_run(
    network: Network, api: Program, asked: dict[str, Any], words: str
):
    answer = api.post("/api/pairings/what-ifs", 422, json=asked).json()

    assert answer["detail"].startswith(words)
    assert run_rows.take(network.site.db) is None


def test_all_weights_at_zero_are_refused(network: Network, api: Program):
    from service.pairing_words import CRITERIA

    answer = api.post("/api/pairings/what-ifs", 422, json={"weights": dict.fromkeys(CRITERIA, 0)}).json()

    assert answer["detail"] == "Tous les poids sont à zéro : aucun critère ne compterait."


def test_the_same_person_chosen_twice_is_refused(network: Network, api: Program):
    [yann], [ana, bilal] = ids(network, Person, "Yann"), ids(network, PeerHelper, "Ana", "Bilal")
    twice = [{"person": yann, "helper": ana}, {"person": yann, "helper": bilal}]
    gone = {"choose": twice[:1], "leave": [ana]}

    assert api.post("/api/pairings/what-ifs", 422, json={"choose": twice}).json()["detail"] == (
        "La même personne est choisie deux fois."
    )
    assert api.post("/api/pairings/what-ifs", 422, json=gone).json()["detail"] == (
        "Qui s’en va ne peut pas être choisi en même temps."
    )


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"text"',
        b'{"seed": "a"}',
        b'{"seed": -1}',
        b'{"unknown": 1}',
        b'{"limits": {"unknown": 1}}',
        b'{"limits": {"work": 0}}',
        b'{"limits": {"work": 1e9}}',
        b'{"limits": {"seconds": 1e999}}',
        b'{"seed": 1' + b"0" * 400 + b"}",
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"limits": ' * 50 + b"1",
    ],
)
def test_what_is_no_request_is_refused_without_a_run(network: Network, api: Program, body: bytes):
    api.post("/api/pairings/solve", 400, content=body, headers={"content-type": "application/json"})

    assert run_rows.take(network.site.db) is None


def test_too_much_at_once_is_refused(api: Program):
    body = b'{"seed": "' + b"x" * (1024 * 1024) + b'"}'

    api.post("/api/pairings/solve", 413, content=body, headers={"content-type": "application/json"})


@pytest.mark.parametrize("path", PATHS)
def test_without_signing_in_every_address_answers_401_as_a_problem(network: Network, path: str):
    [method] = PATHS[path]
    client = network.client()
    seal = client.seal("/entrer")

    Program(client, {"x-csrf-token": seal}).ask(method, path, 401)


@pytest.mark.parametrize("role", ["peer_helper", "professional", "person"])
@pytest.mark.parametrize("path", PATHS)
def test_only_the_coordinator_is_answered(network: Network, role: str, path: str):
    [method] = PATHS[path]

    program(network, role).ask(method, path, 403)


@pytest.mark.parametrize("path", PATHS)
def test_what_changes_something_needs_the_seal_of_the_session(api: Program, path: str):
    [method] = PATHS[path]
    if method == "POST":
        Program(api.client, {}).ask(method, path, 403)
        Program(api.client, api.headers | {"sec-fetch-site": "cross-site"}).ask(method, path, 403)


@pytest.mark.parametrize("path", PATHS)
def test_another_method_is_refused_with_those_that_there_are(api: Program, path: str):
    answer = api.ask("DELETE", path, 405)

    assert PATHS[path][0] in answer.headers["allow"]


@pytest.mark.parametrize("path", [path for path in PATHS if NOBODY in path])
def test_what_is_not_there_is_404(api: Program, path: str):
    api.ask(PATHS[path][0], path, 404)


def test_a_run_of_another_territory_or_kind_is_not_there(network: Network, api: Program):
    run = api.solve().rsplit("/", 1)[-1]
    with network.site.db.begin() as tx:
        elsewhere = network.territories["OTH"]
        tx.exec(update(Run).where(col(Run.public_id) == run).values(territory_id=elsewhere))
    hidden = api.get(f"/api/pairings/runs/{run}", 404)
    absent = api.get(f"/api/pairings/runs/{NOBODY}", 404)
    kind = api.get(f"/api/pairings/what-ifs/{run}", 404)

    assert hidden == absent == kind


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", ""])
def test_a_page_that_is_no_number_is_refused(network: Network, api: Program, page: str):
    run = api.solve()
    carried_out(network.site)

    api.get(f"{run}/shortlists?page={page}", 400)


def test_a_page_behind_the_last_one_is_not_there(network: Network, api: Program):
    run = api.solve()
    carried_out(network.site)

    api.get(f"{run}/shortlists?page=2", 404)


def test_while_one_is_under_way_no_second_calculation_begins(api: Program):
    api.solve()

    assert api.post("/api/pairings/solve", 409).json()["type"] == "/problems/RunRefused"


def test_too_many_calculations_within_an_hour_are_told_when_it_works_again():
    network = Network(make_site(runs_an_hour=2))
    api = program(network)
    for _ in range(2):
        api.post(f"{api.solve()}/stop", 200)
    answer = api.post("/api/pairings/solve", 429)

    assert 0 < int(answer.headers["retry-after"]) <= 3600
    assert Settings().runs_an_hour == 30
    network.site.db.close()


def test_the_same_key_is_answered_with_the_same_run_and_another_request_is_refused(network: Network, api: Program):
    key = {"Idempotency-Key": "first of January"}
    first = api.post("/api/pairings/solve", json={"seed": 1}, headers=key).headers["location"]
    again = api.post("/api/pairings/solve", json={"seed": 1}, headers=key).headers["location"]
    api.post("/api/pairings/solve", 422, json={"seed": 2}, headers=key)
    api.post("/api/pairings/solve", 400, headers={"Idempotency-Key": "x" * 201})
    with network.site.db() as tx:
        count = len(tx.exec(select(Run)).all())

    assert (again, count) == (first, 1)


def test_limits_and_seed_reach_the_run(network: Network, api: Program):
    api.post("/api/pairings/solve", json={"seed": 7, "limits": {"work": 2.5, "seconds": 20}})
    taken = run_rows.take(network.site.db)

    assert taken is not None
    assert taken.limits == {"work": 2.5, "seconds": 20.0, "seed": 7}


def test_an_answer_that_is_not_as_the_document_says_is_noticed(network: Network, api: Program):
    """The check itself, on answers with one fault each."""
    run = api.solve()
    answer = api.client.get(run)
    document = api.client.get("/api/openapi.json").json()
    shown = answer.json()

    class Spoiled:
        status_code = 200
        headers = answer.headers

        def __init__(self, **fields: Any) -> None:
            self.fields = fields

        def json(self) -> Any:
            return {name: value for name, value in (shown | self.fields).items() if value != "gone"}

    assert complaints(document, "GET", run, Spoiled()) == []
    for fault in (
        {"id": "SER-P001"},
        {"state": "asleep"},
        {"seconds": "3"},
        {"stopped": "gone"},
        {"secret": "a row of a table"},
        {"progress": {"stage": "", "value": True, "bound": None}},
    ):
        assert len(complaints(document, "GET", run, Spoiled(**fault))) == 1
    Spoiled.status_code = 418
    assert complaints(document, "GET", run, Spoiled()) == [f"GET {run} never answers 418"]


def test_the_document_covers_the_interface_and_nothing_else(network: Network):
    document = network.client().get("/api/openapi.json").json()
    routes = {
        route.path_format
        for route in network.app.routes
        if route.path.startswith("/api/") and not route.path.endswith("openapi.json")
    }

    assert set(document["paths"]) == routes
    assert document["openapi"].startswith("3.1")
    assert network.client().get("/schema").status_code == 404
    assert "/appariements" not in document["paths"]


def test_no_address_of_the_interface_shows_another_territory(network: Network, api: Program):
    run = api.solve()
    carried_out(network.site)
    told = [api.client.get(address, headers=api.headers).text for address in (run, f"{run}/shortlists")]

    assert not any("ailleurs" in text for text in told)


def test_what_must_not_be_told_apart_is_the_same_to_the_byte():
    """A conflict and a refusal in turn between the same two: the answers are equal but for names of runs and times."""
    told: list[str] = []
    for table in (Conflict, Refusal):
        network = Network(make_site())
        person, helper = int(network.ids["SER:Yann"]), int(network.ids["SER:Ana"])
        with network.site.db.begin() as tx:
            since = {"since": TODAY} if table is Refusal else {}
            tx.add(table(person_id=person, peer_helper_id=helper, **since))
        api = program(network)
        run = api.solve()
        carried_out(network.site)
        [yann] = ids(network, Person, "Yann")
        text = api.client.get(f"{run}/shortlists/{yann}").text + api.client.get(f"{run}/shortlists").text
        for position, public in enumerate(
            [run.rsplit("/", 1)[-1], *ids(network, Person, "Yann", "Zoe"), *ids(network, PeerHelper, "Ana", "Bilal")]
        ):
            text = text.replace(public, f"id{position}")
        told.append(text)
        network.site.db.close()

    assert told[0] == told[1]
    assert "PAIR_EXCLUDED" in told[0]
    assert BASE not in told[0]
