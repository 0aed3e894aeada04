"""What a choice costs the others, in words."""

from __future__ import annotations

import pytest

from locales import translator
from matching.pairing.answer import Cost, Evenness, Move, Recruit
from service import pairing_effect_words as words
from service.pairing_words import Speaker

FR = translator("fr")
WHO = {"P1": "Mme D.", "P2": "M. W.", "P3": "M. Y.", "P4": "Mme Z.", "P5": "M. C."}


def said(cost: Cost | None, others: int = 4, last_place_of: str = "", *, is_coming: bool = False) -> str:
    found = words.consequence(FR, cost, WHO, others, last_place_of=last_place_of, is_coming=is_coming)
    return found.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("cost", "sentence"),
    [
        (Cost(), "Les 4 autres demandes gardent une proposition."),
        (Cost(losers=("P1",)), "Mme D. n’aurait plus de proposition pour le moment."),
        (Cost(losers=("P1", "P2")), "Mme D. et M. W. n’auraient plus de proposition pour le moment."),
        (
            Cost(losers=("P1", "P2", "P3", "P4", "P5")),
            "Mme D., M. W., M. Y. et 2 autres personnes n’auraient plus de proposition pour le moment.",
        ),
        (
            Cost(movers=("P2",)),
            "Les 4 autres demandes gardent une proposition. Quelqu’un d’autre serait proposé à M. W.",
        ),
        (
            Cost(losers=("P1",), gainers=("P3",)),
            "Mme D. n’aurait plus de proposition pour le moment. M. Y. aurait alors une proposition.",
        ),
        (
            Cost(served=1000, exact=False),
            "Au moins une autre demande n’aurait plus de proposition ; laquelle n’est pas encore connu.",
        ),
        (
            Cost(score=200, exact=False),
            "Les propositions des autres demandes seraient au moins un peu moins adaptées.",
        ),
        (Cost(exact=False), "L’effet exact sur les autres demandes n’est pas connu."),
        (None, "L’effet sur les autres demandes n’est pas connu."),
    ],
)
def test_each_effect_has_its_sentence(cost: Cost | None, sentence: str):
    assert said(cost).replace("W..", "W.") == sentence


def test_one_other_request_is_named_as_one():
    assert said(Cost(), others=1) == "L’autre demande garde une proposition."


def test_without_other_requests_nothing_is_said():
    assert said(Cost(), others=0) == ""


def test_what_is_still_coming_and_a_last_place_are_said():
    assert said(None, last_place_of="Nadia", is_coming=True) == (
        "L’effet sur les autres demandes est encore en cours de calcul. Nadia n’aura plus de place libre ensuite."
    )


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        (Evenness(0.5, 0.1), "Le travail est réparti de façon égale entre les pairs-aidants. Chacun d’eux garde"),
        (Evenness(1.0, 0.25), "Le travail est réparti de façon assez égale entre les pairs-aidants. Au moins l’un"),
        (Evenness(1.2, 0.4), "Le travail est réparti de façon inégale entre les pairs-aidants. Au moins l’un"),
    ],
)
def test_how_even_the_loads_are(known: Evenness, sentence: str):
    assert words.evenness(FR, known).startswith(sentence)


def test_who_is_missing_is_said_in_words():
    one = Recruit(("ti",), ("housing",), "f", ((1, 540, 720),), "N1", ("P1",), 1000)
    speaker = Speaker(FR, {"housing": "logement"})

    assert words.recruit(speaker, one, {"N1": "Lize"}).replace("\N{NO-BREAK SPACE}", " ") == (
        "Il manque : une femme. Cette personne parle tigrigna, accompagne sur : logement, "
        "est libre : lundi 9 h – 12 h, vient à Lize."
    )
    assert words.recruit(speaker, Recruit((), (), None, (), None, (), 0), {}) == (
        "Il manque\u00a0: un pair-aidant ou une pair-aidante."
    )


def test_an_open_proposal_that_could_change_is_said_with_who_gains():
    helpers = {"H1": "Nadia", "H2": "Luca"}

    assert words.move(FR, Move("P1", "H1", "H2", ("P2", "P3")), WHO, helpers) == (
        "Si vous proposez Luca à Mme D. au lieu de Nadia, M. W. et M. Y. auraient une proposition."
    )
