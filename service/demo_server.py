"""`lefil run`: the demonstration as a server; each step is done once and taken up where a kill left it."""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from locales import N_, Texts
from service import access, runs, serving, visits
from service.access_scope import scope
from service.cli_faults import Fault
from service.cli_site import demo_shift, is_demo, keep_demo, only_territory
from service.clock import RealClock, ShiftedClock
from service.demo_steps import Tell, pair, plan, say_how_to_call
from service.imports import shipped
from service.site import Actor, Site
from service.tables.territory import Territory
from service.tables.work import Run
from service.worker import working

SHOWN = "seraing"
FIRST_MORNING = datetime.combine(date(2027, 1, 4), time(8), ZoneInfo("Europe/Brussels"))
"""What the domain clock says at the first start (`settled.md` 1)."""
PLAN_START = date(2027, 1, 11)
PLAN_WEEKS = 4
LINKS = {
    "coordinator": N_("Coordination"),
    "peer_helper": N_("Pair-aidant ou pair-aidante"),
    "professional": N_("Professionnelle ou professionnel"),
    "person": N_("Personne accompagnée"),
}


def start(site: Site, listener: socket.socket, texts: Texts, tell: Tell) -> None:
    """
    Fill an empty database, plan, propose, print the links and serve.

    Raises
    ------
    Fault
        When the database holds real data.
    """
    with site.db() as tx:
        if is_demo(tx) is False:
            raise Fault(N_("Cette base de données contient un vrai territoire : démarrez Le Fil avec « lefil serve »."))
        shift = demo_shift(tx)
    site = replace(site, clock=ShiftedClock(FIRST_MORNING - RealClock().now() if shift is None else shift))
    territory = _filled(site, texts, tell)
    with working(site):
        prepared(site, Actor("coordinator", territory.id, language=texts.lang), texts, tell)
        _tell_links(site, texts, tell)
        serving.serve(site, listener)


def _filled(site: Site, texts: Texts, tell: Tell) -> Territory:
    """The demonstration's territory, loaded when there is none."""
    with site.db() as tx:
        is_empty = is_demo(tx) is None
    if is_empty:
        done = shipped.load(site, Actor("sysadmin", None, language=texts.lang), SHOWN)
        tell(N_("Territoire de Seraing chargé : %(rows)s lignes."), rows=sum(done.created.values()))
    with site.db.begin() as tx:
        shift = site.clock.now() - RealClock().now() if demo_shift(tx) is None else None
        keep_demo(tx, shift=shift, address=site.settings.base_url)
        territory = only_territory(tx, None)
    access.make_demo_accounts(site)
    return territory


def prepared(site: Site, actor: Actor, texts: Texts, tell: Tell) -> None:
    """How to call the network, a plan and proposals, unless they are there."""
    say_how_to_call(site, actor)
    if not _is_planned(site, actor):
        planned = runs.finished(site, actor, "planning")
        if planned is None:
            tell(N_("Calcul des visites de quatre semaines…"))
            timed = plan(site, actor, PLAN_START, PLAN_WEEKS)
            tell(N_("Visites prêtes (%(seconds)s s)."), seconds=texts.number(timed.seconds, 1))
            planned = timed.finished
        visits.apply_draft(site, actor, planned.public_id)
        # The first week is told to everybody; the others wait for the coordinator, as they would.
        visits.publish(site, actor, PLAN_START)
    # Last, since a planned second visitor takes hours that proposals count.
    if runs.finished(site, actor, "pairing") is None:
        tell(N_("Calcul des propositions…"))
        paired = pair(site, actor)
        tell(N_("Propositions prêtes (%(seconds)s s)."), seconds=texts.number(paired.seconds, 1))


def _is_planned(site: Site, actor: Actor) -> bool:
    """A plan was taken over once: whatever was calculated since then waits for a coordinator."""
    with site.db() as tx:
        applied = select(Run.id).where(scope(actor).of(Run), Run.kind == "planning", col(Run.applied_at).is_not(None))
        return tx.exec(applied.limit(1)).first() is not None


def _tell_links(site: Site, texts: Texts, tell: Tell) -> None:
    """One link for each role; it lives until it is used."""
    tell(N_("Le Fil répond sur %(address)s. Chaque lien sert une fois :"), address=site.settings.base_url)
    for role, label in LINKS.items():
        tell(N_("  %(role)s : %(link)s"), role=texts.gettext(label), link=access.new_link(site, role))
    command = os.path.relpath(sys.argv[0])
    tell(N_("Un autre lien : « %(command)s link coordinator ». Pour arrêter : Ctrl-C."), command=command)
