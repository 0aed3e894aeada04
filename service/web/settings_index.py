"""All that a network decides about itself, on one page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from litestar import Litestar, Request, Response, get

from locales import N_
from service.web.doors import RULE, Rule, may, visitor_of
from service.web.pages import page

COORDINATOR = may("coordinator")


@dataclass(frozen=True)
class Setting:
    """One page of settings and what is decided there."""

    href: str
    title: str
    says: str


GROUPS: tuple[tuple[str, tuple[Setting, ...]], ...] = (
    (
        N_("Réseau"),
        (
            Setting("/reglages/textes", N_("Textes du réseau"), N_("L’accueil, le téléphone, le délai annoncé.")),
            Setting("/reglages/mots", N_("Mots du réseau"), N_("Dire « pair-aidant » et le reste à votre manière.")),
            Setting("/reglages/themes", N_("Thèmes"), N_("Ce qu’une demande peut concerner.")),
            Setting("/reglages/quartiers", N_("Quartiers"), N_("Où vivent les personnes, où vont les visites.")),
            Setting("/reglages/carte", N_("Carte"), N_("Les limites du territoire et le fond de carte.")),
            Setting("/reglages/numeros", N_("Numéros utiles"), N_("Les numéros donnés à qui a besoin de parler.")),
        ),
    ),
    (
        N_("Comptes et coordination"),
        (
            Setting("/comptes", N_("Comptes"), N_("Qui peut entrer, les invitations, les accès perdus.")),
            Setting("/reglages/coordination", N_("Coordination"), N_("Qui coordonne, qui remplace, et quand.")),
            Setting(
                "/reglages/liens-partenaires", N_("Liens de partenaires"), N_("Demander sans compte, par un lien.")
            ),
            Setting(
                "/droits", N_("Demandes sur les données"), N_("Corriger, limiter ou effacer, quand on le demande.")
            ),
            Setting(
                "/urgences",
                N_("Ouvertures en urgence"),
                N_("La fiche d’un autre réseau pour une heure, et l’avis sur celles d’ici."),
            ),
        ),
    ),
    (
        N_("Agendas et messages"),
        (
            Setting("/reglages/calendriers", N_("Agendas du réseau"), N_("Ce que les agendas peuvent dire.")),
            Setting(
                "/reglages/calendriers/adresses",
                N_("Adresses d’agendas"),
                N_("Celles d’un lieu, d’un groupe, de l’équipe."),
            ),
            Setting("/courriels", N_("E-mails"), N_("Ce qui est parti, ce qui n’est pas arrivé.")),
            Setting("/a-prevenir", N_("À prévenir"), N_("Qui ne reçoit pas de messages, et que lui dire.")),
        ),
    ),
    (
        N_("Appariement"),
        (
            Setting(
                "/reglages/poids", N_("Ce qui compte"), N_("L’importance de chaque critère, essayée avant de compter.")
            ),
            Setting("/aide/regles", N_("Les règles, en mots"), N_("Ce que chaque règle demande et ce qui aide.")),
        ),
    ),
    (
        N_("Fichiers"),
        (Setting("/import", N_("Reprendre des fichiers"), N_("Vérifier, puis reprendre ce que vous avez déjà.")),),
    ),
)
"""The groups in the order of the page; a page that is not there, or not for this reader, is not listed."""


@get("/reglages", opt=COORDINATOR, sync_to_thread=True)
def index(request: Request[Any, Any, Any]) -> Response[str]:
    there = {path for path, rule in _pages(request.app) if rule.allows(visitor_of(request))}
    groups = [(title, [one for one in settings if one.href in there]) for title, settings in GROUPS]
    return page(request, "settings.html", groups=[group for group in groups if group[1]])


def _pages(app: Litestar) -> Iterator[tuple[str, Rule]]:
    """Every page by its path, with its rule."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if "GET" in handler.http_methods:
                yield route.path, handler.opt[RULE]


HANDLERS = [index]
