"""Every rule is told in words, where it is met and on one page."""

from __future__ import annotations

from matching.pairing.rules import HARD
from service.pairing_why_words import RULES as SHOWN_OF_PAIRS
from service.rule_words import EXPLAINED, PAIRING, PLANNING
from service.visit_words import RULES as SHOWN_OF_VISITS
from tests.service.web.network import Network

NEVER_LIFTED = ("CONSENT", "GENDER", "CONFLICT", "REFUSED", "HELPER_STATUS", "SAME_HELPER")
"""`settled.md` 10."""


def test_every_code_that_a_page_may_show_is_explained():
    assert set(EXPLAINED) >= {*SHOWN_OF_PAIRS, *SHOWN_OF_VISITS, *(rule.code for rule in HARD)}
    assert not set(PAIRING) & set(PLANNING)


def test_the_page_tells_each_rule_with_its_code_and_which_may_be_lifted(network: Network):
    text = network.signed_in("coordinator").read("/aide/regles").text

    told = {code: text.split(f'id="{code}"')[1].split("</article>")[0] for code in EXPLAINED}
    for code, shown in told.items():
        assert f'<span class="code" translate="no">{code}</span>' in shown
    assert not [code for code in (*NEVER_LIFTED, *PLANNING) if "Peut être levée" in told[code]]
    assert "Peut être levée" in told["DISTANCE"]
