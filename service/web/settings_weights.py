"""`/reglages/poids`: how much each criterion counts, in words; tried on today's requests before it counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from locales import N_
from service import pairing_words, weights
from service.access import Visitor
from service.pairing_suppositions import Mistake
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Line, read
from service.web.pages import page, speech_of
from service.web.pairing_what_ifs import said
from service.web.runs import ended_or_told

COORDINATOR = may("coordinator")
PAGE = "/reglages/poids"
TRIALS = f"{PAGE}/essais"
WORDS = {
    "much": N_("Compte beaucoup"),
    "normal": N_("Compte normalement"),
    "little": N_("Compte peu"),
    "none": N_("Ne compte pas du tout"),
}
Mark = Annotated[int, msgspec.Meta(ge=0)]


class WeightsForm(Form, kw_only=True):
    """Beside each other: a criterion, its word (empty: as it is), and an exact figure, which goes before the word."""

    criterion: list[Line] = msgspec.field(default_factory=list)
    level: list[Line] = msgspec.field(default_factory=list)
    exact: list[Line] = msgspec.field(default_factory=list)


class DecideForm(Form, kw_only=True):
    seen: Mark


@get(PAGE, opt=COORDINATOR, sync_to_thread=True)
def weights_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """The weights of today; `?essai=` fills the form with those of a trial."""
    tried = request.query_params.get("essai", "")
    typed = weights.trial(site, visitor.actor, tried, speech_of(request).lang).weights if tried else {}
    return _form(request, site, visitor, typed)


def _form(
    request: Request[Any, Any, Any],
    site: Site,
    visitor: Visitor,
    typed: Mapping[str, float],
    faults: tuple[Mistake, ...] = (),
) -> Response[str]:
    shown = weights.shown(site, visitor.actor)
    counts = {one.code: one.weight for one in shown.criteria}
    return page(
        request,
        "settings_weights.html",
        status=422 if faults else 200,
        shown=shown,
        criteria=weights.criteria(counts | dict(typed)),
        counted=counts,
        labels=pairing_words.CRITERIA,
        words=WORDS,
        faults=[said(one, speech_of(request)) for one in faults],
    )


@post(f"{PAGE}/essayer", opt=COORDINATOR)
async def try_out(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """Ask what these weights would change; nothing counts yet."""
    form = await read(request, WeightsForm)

    def put() -> str | Response[str]:
        chosen, faults = _read(form)
        wrong = faults or weights.faults(site, visitor.actor, chosen)
        if wrong:
            return _form(request, site, visitor, chosen, tuple(wrong))
        return weights.try_out(site, visitor.actor, chosen)

    run = await sync_to_thread(put)
    if isinstance(run, Response):
        return run
    await ended_or_told(site, visitor.actor, run)
    return Redirect(f"{TRIALS}/{run}", status_code=303)


@get(TRIALS + "/{run:str}", opt=COORDINATOR, sync_to_thread=True)
def trial_page(
    request: Request[Any, Any, Any],
    run: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    trial = weights.trial(site, visitor.actor, run, speech_of(request).lang)
    return page(request, "settings_weights_trial.html", trial=trial, shown=trial.compared, run=trial.compared.run)


@post(TRIALS + "/{run:str}/enregistrer", opt=COORDINATOR)
async def decide(
    request: Request[Any, Any, Any],
    run: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, DecideForm)
    await sync_to_thread(weights.decide, site, visitor.actor, run, form.seen)
    return Redirect(f"{PAGE}?fait=weights_chosen", status_code=303)


@post(f"{PAGE}/revenir", opt=COORDINATOR)
async def go_back(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Redirect:
    form = await read(request, DecideForm)
    await sync_to_thread(weights.go_back, site, visitor.actor, form.seen)
    return Redirect(f"{PAGE}?fait=weights_back", status_code=303)


def _read(form: WeightsForm) -> tuple[dict[str, float], list[Mistake]]:
    """What was chosen of each criterion; those left as they are say nothing."""
    chosen: dict[str, float] = {}
    faults: list[Mistake] = []
    for code, level, exact in zip(form.criterion, form.level, form.exact, strict=False):
        if code not in pairing_words.CRITERIA:
            faults.append(Mistake("weights", N_("Ce critère n’existe pas : %(criterion)s."), {"criterion": code}))
        elif exact.strip():
            try:
                chosen[code] = float(exact.strip().replace(",", "."))
            except ValueError:
                message = N_("Le poids du critère « %(criterion)s » n’est pas un nombre.")
                faults.append(Mistake("weights", message, {"criterion": pairing_words.CRITERIA[code]}))
        elif level in weights.LEVELS:
            chosen[code] = weights.at_level(code, level)
    return chosen, faults


HANDLERS = [weights_page, try_out, trial_page, decide, go_back]
