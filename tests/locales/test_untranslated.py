"""
The pages in a language of brackets: every text of the catalogs stands in ⟦ ⟧, so what is outside is not translated.

Names, places and themes are data and may stand outside; dates, hours and lists come from babel and are in English.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from shutil import copytree

import msgspec
import pytest
from babel import Locale
from babel.messages.pofile import write_po
from sqlmodel import SQLModel, select

from locales import texts
from locales.extract import HERE, extract
from matching.pairing.instance import Instance
from matching.pairing.solve import solve
from matching.search import Limits
from service import access, pairing_board, pairing_suppositions, pairings, visits
from service.database import Database
from service.imports import shipped
from service.imports.files import FILES
from service.pairing_suppositions import Wish
from service.site import Actor, Site
from service.tables.work import Run
from service.web.marks import initials
from service.web.speech import LANGUAGE_COOKIE, LANGUAGES
from tests import sites
from tests.locales import pages
from tests.service.visits import seraing
from tests.service.web.calculating import Calculation
from tests.service.web.network import BASE, Browser
from tests.service.web.servers import server

LANG = "en"
NAMING = {"display_name", "pseudonym", "name", "locality", "ref", "street", "title", f"label_{LANG}", "own_words"}
WEEK = "/semaine/2027-01-11"


def in_brackets(text: str) -> str:
    """The text with its own words in brackets, and what fills it outside of them."""
    pieces = re.split(r"(%\(\w+\)[sd])", text)
    return "".join(piece if number % 2 or not piece else f"⟦{piece}⟧" for number, piece in enumerate(pieces))


@pytest.fixture(scope="module")
def bracketed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """English as the language of brackets."""
    folder = tmp_path_factory.mktemp("catalogs")
    for lang in texts.LANGS:
        copytree(HERE / lang, folder / lang)
    template = extract()
    template.locale = Locale(LANG)
    for message in template:
        if message.id:
            forms = message.id if isinstance(message.id, tuple) else (message.id,)
            said = tuple(in_brackets(form) for form in forms)
            message.string = said if isinstance(message.id, tuple) else said[0]
    po = folder / LANG / "LC_MESSAGES" / f"{texts.DOMAIN}.po"
    with po.open("wb") as file:
        write_po(file, template)
    po.with_suffix(".mo").unlink(missing_ok=True)
    texts.catalog.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "_HERE", folder)
        yield
    texts.catalog.cache_clear()


@pytest.fixture(scope="module")
def site(schema_in_memory: Database, bracketed: None) -> Iterator[Site]:
    """Seraing with its shortlists, one proposal that waits for answers, and the visits of four weeks, one published."""
    with sites.copied(schema_in_memory) as db:
        site = sites.a_site(db, demo=True, base_url=BASE)
        shipped.load(site, Actor("sysadmin", None), "seraing")
        access.make_demo_accounts(site)
        actor = seraing.coordinator(site)
        run = visits.ask_for_plan(site, actor, seraing.START)
        seraing.carry_out(site, run)
        visits.apply_draft(site, actor, run)
        visits.publish(site, actor, seraing.START)
        _shortlists(site, actor)
        first = pairing_board.board(site, actor)
        assert first.current is not None
        pairings.propose(site, actor, first.current.person, first.offers[0].helper)
        yield site


def _shortlists(site: Site, actor: Actor) -> None:
    run = pairings.ask_for_shortlists(site, actor)
    with site.db.begin() as tx:
        row = tx.exec(select(Run).where(Run.public_id == run)).one()
        row.result = msgspec.to_builtins(solve(msgspec.convert(row.snapshot, Instance), Limits()))
        row.status, row.ended_at = "done", site.clock.now()
        tx.add(row)


@pytest.fixture(scope="module")
def known(site: Site) -> re.Pattern[str]:
    """What may stand outside of brackets."""
    names: set[str] = {"Le Fil", BASE, *LANGUAGES.values(), *(file.file_name for file in FILES)}
    with site.db() as tx:
        for table in SQLModel.metadata.sorted_tables:
            for column in table.columns:
                if column.name in NAMING:
                    names |= {str(value) for value in tx.connection().execute(select(column)).scalars() if value}
    names |= {initials(name) for name in names} | {name[:1] + "." for name in names}
    english = Locale("en", "GB")
    for kind in (english.days, english.months):
        names |= {
            word for context in kind.values() for length in ("wide", "abbreviated") for word in context[length].values()
        }
    names |= {*english.languages.values(), "and", "or", "min", "h", "km"}
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(name) for name in longest_first) + r")(?!\w)", re.IGNORECASE)


def untranslated(page: str, known: re.Pattern[str]) -> list[str]:
    """Texts of a page that no catalog holds."""
    found = (known.sub("", re.sub(r"⟦[^⟦⟧]*⟧", " ", text)) for text in pages.said(page))
    return sorted({" ".join(text.split()) for text in found if re.search(r"[^\W\d_]", text)})


def reader(site: Site, role: str | None = None) -> Browser:
    client = Browser(server(site))
    client.cookies.set(LANGUAGE_COOKIE, LANG)
    if role is not None:
        client.enter(access.new_link(site, role))
    return client


def check(client: Browser, known: re.Pattern[str], *paths: str, status: int = 200) -> None:
    found: dict[str, str] = {}
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == status, path
        assert "⟦" in answer.text, path
        for text in untranslated(answer.text, known):
            found.setdefault(text, path)
    assert found == {}


def test_the_coordinators_pages_are_translated(site: Site, known: re.Pattern[str]):
    board = pairing_board.board(site, seraing.coordinator(site))
    check(
        reader(site, "coordinator"),
        known,
        *("/demandes", "/import", "/aide", "/demandes?fait=request_accepted"),
        *(f"/appariements/{entry.person}" for entry in board.queue),
        *(WEEK, "/semaine/2027-01-18", "/semaine/2029-01-01", f"{WEEK}/publier"),
        *(
            "/reglages",
            "/reglages/poids",
            "/reglages/mots",
            "/reglages/textes",
            "/reglages/carte",
            "/reglages/quartiers",
        ),
        "/reglages/themes",
    )


def test_the_states_of_a_calculation_and_what_ifs_are_translated(site: Site, known: re.Pattern[str]):
    actor = seraing.coordinator(site)
    client = reader(site, "coordinator")
    current = pairing_board.board(site, actor).queue[0].person
    gone = pairing_suppositions.choices(site, actor, LANG).helpers[0][0]
    newcomer = pairing_suppositions.Newcomer(("tr",), ("social",), gender="f")
    asked = pairing_suppositions.ask(site, actor, Wish((), {"travel": 3.0}, (newcomer,), (gone,)))
    check(client, known, "/appariements/et-si", f"/appariements/et-si/{asked}")
    Calculation(site).end()
    check(client, known, f"/appariements/et-si/{asked}", f"/appariements/et-si?de={asked}")
    page = "/appariements/et-si"
    refused = client.fill(f"{page}/demander", page, newcomer="1", weekday="9", start="1:00", hours="1,2,3")
    assert untranslated(refused.text, known) == []
    for end in ("tell_first", "end", "stopped", "fail"):
        pairings.ask_for_shortlists(site, actor)
        calculation = Calculation(site)
        check(client, known, f"/appariements/{current}", "/appariements/etat-du-calcul")
        getattr(calculation, end)()
        check(client, known, f"/appariements/{current}", "/appariements/etat-du-calcul")
        if end == "tell_first":
            calculation.end()


def test_moving_and_placing_a_visit_is_translated(site: Site, known: re.Pattern[str]):
    client = reader(site, "coordinator")
    week = html.unescape(client.get(WEEK).text)
    found = dict.fromkeys(re.findall(r'href="(/semaine/(?:visites/|a-placer\?)[^"]+)"', week))
    planned, due = ([path for path in found if kind in path][:3] for kind in ("visites", "a-placer"))
    assert planned
    assert due
    check(client, known, *planned, *due)
    refused = client.fill(
        f"{planned[0]}/deplacer", planned[0], revision="1", slot="autre", day="2027-01-12", hour="23:00"
    )
    assert untranslated(refused.text, known) == []


def test_calculations_are_translated(site: Site, known: re.Pattern[str]):
    actor = seraing.coordinator(site)
    run = visits.ask_for_plan(site, actor, seraing.START)
    client = reader(site, "coordinator")
    check(client, known, f"/calculs/{run}", "/semaine/2027-01-11")
    seraing.carry_out(site, run)
    check(client, known, f"/semaine/calculs/{run}")


def test_the_report_on_files_is_translated(site: Site, known: re.Pattern[str]):
    client = reader(site, "coordinator")
    persons = (shipped.path("seraing") / "persons.csv").read_text("utf-8").replace("weekly", "souvent", 1)
    sent = {"files": ("persons.csv", persons.encode(), "text/csv")}
    answer = client.post("/import/fichiers", data={"csrf": client.seal("/import")}, files=sent, follow_redirects=False)
    assert answer.status_code == 303

    # Columns and codes are shown as the files have them.
    written = {"souvent"}.union(*({one.name, *one.codes} for file in FILES for one in file.columns))
    columns = re.compile(
        "|".join((known.pattern, *(rf"\b{re.escape(word)}\b" for word in sorted(written)))), known.flags
    )
    check(client, columns, answer.headers["location"])


@pytest.mark.parametrize(
    ("role", "paths"),
    [
        ("peer_helper", ("/agenda", "/propositions", "/abonnement", "/aide")),
        ("person", ("/agenda", "/propositions", "/abonnement", "/aide")),
        ("professional", ("/agenda", "/mes-demandes", "/abonnement")),
    ],
)
def test_the_pages_of_each_role_are_translated(site: Site, known: re.Pattern[str], role: str, paths: tuple[str, ...]):
    client = reader(site, role)
    check(client, known, *paths)
    check(client, known, "/demandes", status=403)
    made = client.fill("/abonnement/creer", "/abonnement", level="minimal")
    assert untranslated(client.get(made.headers.get("location", "/abonnement")).text, known) == []


def test_the_door_and_its_refusals_are_translated(site: Site, known: re.Pattern[str]):
    client = reader(site)
    check(client, known, "/entrer")
    check(client, known, "/nulle-part", status=404)
    refused = client.fill("/session", "/entrer", token="0" * 43)
    assert untranslated(refused.text, known) == []


def test_what_no_catalog_holds_is_found():
    page = "<p>⟦Bonjour ⟧Ana<b>Déplacer</b></p><a aria-label='Fermer'>12</a>"

    assert untranslated(page, re.compile("Ana")) == ["Déplacer", "Fermer"]
    assert in_brackets("Bonjour %(name)s !") == "⟦Bonjour ⟧%(name)s⟦ !⟧"
