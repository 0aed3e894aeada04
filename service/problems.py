"""One table turns refusals into problem documents (RFC 9457); a browser gets the same facts as a page."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Redirect
from litestar.routes import HTTPRoute
from litestar.types.internal_types import PathParameterDefinition

from locales import N_
from service.access_attempts import TooManyTries
from service.errors import (
    AbsenceNotValid,
    CalendarRefused,
    ConsentMissing,
    DoubleBooking,
    HoursNotValid,
    ImportNotAccepted,
    KeyReused,
    LinkNotValid,
    NotAcceptable,
    NotAllowed,
    NotCalculable,
    NotFound,
    Outdated,
    Refused,
    RuleBroken,
    RunRefused,
    SignInFailed,
    StepNotAllowed,
    TooManyInvitations,
    TooManyRuns,
    WrongDatabase,
)
from service.web.doors import ProofNeeded, SignInNeeded
from service.web.pages import page, speech_of

STATUS: dict[type[Refused], int] = {
    NotFound: 404,
    NotAllowed: 403,
    StepNotAllowed: 409,
    Outdated: 409,
    ConsentMissing: 409,
    DoubleBooking: 409,
    RuleBroken: 409,
    ImportNotAccepted: 422,
    RunRefused: 409,
    TooManyRuns: 429,
    KeyReused: 422,
    NotCalculable: 422,
    AbsenceNotValid: 422,
    HoursNotValid: 422,
    CalendarRefused: 422,
    WrongDatabase: 503,
    LinkNotValid: 403,
    TooManyTries: 429,
    SignInFailed: 403,
    NotAcceptable: 422,
    TooManyInvitations: 429,
}
TITLES: dict[type[Refused], str] = {
    HoursNotValid: N_("Ces heures ne peuvent pas être gardées"),
    NotFound: N_("Cette page n’existe pas"),
    NotAllowed: N_("Cette page n’est pas pour vous"),
    StepNotAllowed: N_("Ce n’est plus possible"),
    Outdated: N_("Quelqu’un d’autre a changé cela"),
    ConsentMissing: N_("L’accord de la personne manque"),
    DoubleBooking: N_("Quelqu’un serait à deux endroits à la fois"),
    RuleBroken: N_("Une règle l’empêche"),
    ImportNotAccepted: N_("Ces fichiers ne peuvent pas être repris"),
    RunRefused: N_("Le calcul ne peut pas démarrer"),
    TooManyRuns: N_("Trop de calculs en une heure"),
    KeyReused: N_("Cette clé a déjà servi"),
    NotCalculable: N_("Le calcul n’a pas de sens ainsi"),
    AbsenceNotValid: N_("Cette absence ne peut pas être notée ainsi"),
    CalendarRefused: N_("Cet agenda ne peut pas être lu"),
    WrongDatabase: N_("Le service est en pause"),
    LinkNotValid: N_("Ce lien ne marche plus"),
    TooManyTries: N_("Trop d’essais"),
    SignInFailed: N_("Cela n’ouvre pas"),
    NotAcceptable: N_("Cela ne peut pas être pris ainsi"),
    TooManyInvitations: N_("Trop d’invitations en une heure"),
}
HELP: dict[type[Refused], str] = {
    HoursNotValid: N_("Revenez en arrière, corrigez et envoyez de nouveau. Rien n’a été changé."),
    NotFound: N_("L’adresse est peut-être incomplète. Revenez à l’accueil."),
    NotAllowed: N_("Votre rôle ne permet pas de la voir. Demandez à la coordination."),
    StepNotAllowed: N_("La situation a changé depuis l’affichage de la page. Rien n’a été modifié."),
    Outdated: N_("Rechargez la page pour voir le changement. Rien de ce que vous avez envoyé n’a été gardé."),
    ConsentMissing: N_("Il faut l’accord de la personne avant de continuer. Rien n’a été modifié."),
    DoubleBooking: N_("Choisissez un autre moment ou quelqu’un d’autre. Rien n’a été modifié."),
    RuleBroken: N_("Cette règle protège les personnes. Rien n’a été modifié."),
    ImportNotAccepted: N_("Corrigez les fichiers, puis envoyez-les de nouveau. Rien n’a été modifié."),
    RunRefused: N_("Un calcul est déjà en cours, ou il y en a trop. Attendez un peu, puis réessayez."),
    TooManyRuns: N_("Les dernières propositions restent visibles. Attendez un peu, puis recalculez."),
    KeyReused: N_("Prenez une autre clé pour une autre demande. Rien n’a été lancé."),
    NotCalculable: N_("Changez ce qui est indiqué, puis recommencez. Rien n’a été modifié."),
    AbsenceNotValid: N_("Changez ce qui est indiqué, puis recommencez. Rien n’a été modifié."),
    CalendarRefused: N_("Vérifiez l’adresse ou le fichier, puis recommencez. Rien n’a été gardé."),
    WrongDatabase: N_("Rien n’est perdu. Prévenez la personne qui gère le service."),
    LinkNotValid: N_("Un lien sert une seule fois, et pas trop longtemps. Demandez-en un autre à la coordination."),
    TooManyTries: N_("Attendez un quart d’heure, puis réessayez. Rien n’est bloqué pour toujours."),
    SignInFailed: N_("Vérifiez ce que vous avez écrit, puis réessayez."),
    NotAcceptable: N_("Changez ce qui est indiqué, puis recommencez. Rien n’a été modifié."),
    TooManyInvitations: N_("Les invitations déjà faites restent valables. Attendez un peu, puis réessayez."),
}
HTTP_TITLES = {
    400: N_("Ces informations ne sont pas complètes"),
    403: N_("Cet envoi n’a pas été accepté"),
    404: TITLES[NotFound],
    405: N_("Cela ne se fait pas de cette manière"),
    413: N_("C’est trop grand"),
    500: N_("Quelque chose n’a pas marché"),
}
HTTP_HELP = {
    400: N_("Revenez en arrière et complétez le formulaire. Rien n’a été modifié."),
    403: N_(
        "La page est restée ouverte trop longtemps, ou l’envoi venait d’un autre site. Rechargez-la et recommencez."
    ),
    404: HELP[NotFound],
    405: N_("Revenez à l’accueil et recommencez. Rien n’a été modifié."),
    413: N_("Envoyez moins de données à la fois. Rien n’a été modifié."),
    500: N_("L’erreur est notée. Rien n’a été enregistré à moitié. Réessayez, ou appelez la coordination."),
}

log = logging.getLogger("lefil.problems")


def _is_program(request: Request[Any, Any, Any]) -> bool:
    return request.url.path.startswith("/api/")


def wants_page(request: Request[Any, Any, Any]) -> bool:
    if _is_program(request):
        return False
    kinds = ["application/problem+json", "text/html"]
    return request.accept.best_match(kinds) == "text/html" and "text/html" in request.headers.get("accept", "")


def _answer(
    request: Request[Any, Any, Any], status: int, kind: str, title: str, help_text: str, said: str = ""
) -> Response[Any]:
    if wants_page(request):
        return page(
            request, "problem.html", status=status, problem_title=title, problem_help=help_text, problem_said=said
        )
    speech = speech_of(request)
    detail = said or speech.gettext(help_text)
    return Response(
        {"type": f"/problems/{kind}", "title": speech.gettext(title), "detail": detail, "status": status},
        status_code=status,
        media_type=MediaType.JSON,
        headers={"content-type": "application/problem+json"},
    )


def on_refused(request: Request[Any, Any, Any], error: Refused) -> Response[Any]:
    """A refusal of a use case."""
    kind = type(error)
    status = STATUS[kind]
    if isinstance(error, LinkNotValid) and wants_page(request):
        return page(request, "link_not_valid.html", status=status)
    answer = _answer(request, status, kind.__name__, TITLES[kind], HELP[kind], _said(request, error))
    if isinstance(error, TooManyTries | TooManyRuns | TooManyInvitations):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer


def _said(request: Request[Any, Any, Any], error: Refused) -> str:
    """The refusal's own sentence, with its facts; a page that is hidden or outdated says no more than its title."""
    message = str(error)
    if not message or isinstance(error, NotFound | NotAllowed | Outdated):
        return ""
    translated = speech_of(request).gettext(message)
    try:
        # Words among the facts come from our tables and are translated too.
        facts = {
            name: speech_of(request).gettext(fact) if isinstance(fact, str) and fact else fact
            for name, fact in error.facts.items()
        }
        return translated % facts if facts else translated
    except (KeyError, ValueError, TypeError):
        return ""


def on_sign_in_needed(request: Request[Any, Any, Any], _: SignInNeeded) -> Response[Any]:
    if wants_page(request):
        return Redirect("/entrer", status_code=303)
    return _answer(request, 401, "SignInNeeded", N_("Il faut d’abord entrer"), N_("Ouvrez votre lien d’entrée."))


def on_proof_needed(request: Request[Any, Any, Any], _: ProofNeeded) -> Response[Any]:
    if wants_page(request):
        # What was sent is not repeated: back to the page that it belongs to.
        back = request.url.path if request.method == "GET" else _page_of_the_form(request)
        return Redirect(f"/compte/confirmer?retour={quote(back, safe='/')}", status_code=303)
    title, help_text = N_("Confirmez que c’est vous"), N_("Entrez de nouveau, puis réessayez.")
    return _answer(request, 403, "ProofNeeded", title, help_text)


def _page_of_the_form(request: Request[Any, Any, Any]) -> str:
    """
    The page that what was sent belongs to: the nearest one above its address.

    The browser does not tell where it stood (`Referrer-Policy: no-referrer`). Of the address only the path is taken.
    """
    parts = request.url.path.strip("/").split("/")
    pages = [
        route.path_components for route in request.app.routes if isinstance(route, HTTPRoute) and "GET" in route.methods
    ]
    for length in range(len(parts) - 1, 0, -1):
        above = parts[:length]
        if any(_leads(components, above) for components in pages):
            return "/" + "/".join(above)
    return "/"


def _leads(components: Sequence[str | PathParameterDefinition], parts: Sequence[str]) -> bool:
    return len(components) == len(parts) and all(
        not isinstance(one, str) or one == part for one, part in zip(components, parts, strict=True)
    )


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """What the framework refuses; its own words stay in the log."""
    status = 400 if isinstance(error, ValidationException) else error.status_code
    known = status if status in HTTP_TITLES else (500 if status >= 500 else 400)
    if status >= 500:
        log.error("the framework could not answer: %s", status)
    said = _what_is_wrong(error) if _is_program(request) else ""
    answer = _answer(request, status, f"http-{status}", HTTP_TITLES[known], HTTP_HELP[known], said)
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


def _what_is_wrong(error: HTTPException) -> str:
    """For programs: which field is not what it should be; never what was in it."""
    found = error.extra if isinstance(error, ValidationException) and isinstance(error.extra, list) else []
    return "; ".join(str(one.get("message", "")) for one in found if isinstance(one, dict))


def on_too_deep(request: Request[Any, Any, Any], error: RecursionError) -> Response[Any]:
    """What a program sent holds lists in lists without end (`security.md` H1); anywhere else it is a bug."""
    if not _is_program(request):
        return on_bug(request, error)
    return _answer(request, 400, "http-400", HTTP_TITLES[400], HTTP_HELP[400])


def on_bug(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A bug: noted with its kind and place, answered without details."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    where = f"{last.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{last.tb_lineno}" if last is not None else ""
    log.error("unexpected %s at %s", type(error).__name__, where)
    return _answer(request, 500, "http-500", HTTP_TITLES[500], HTTP_HELP[500])


HANDLERS: dict[Any, Any] = {
    Refused: on_refused,
    SignInNeeded: on_sign_in_needed,
    ProofNeeded: on_proof_needed,
    HTTPException: on_http,
    RecursionError: on_too_deep,
    Exception: on_bug,
}
