"""What if: both answers, worked out by the search that also makes the real ones."""

from __future__ import annotations

from matching.pairing.solve import solve as answer
from matching.pairing.what_if import Comparison, Supposition, differences, refusals, supposed
from matching.search import Limits, Watch, unwatched


def solve(supposition: Supposition, limits: Limits, watch: Watch = unwatched) -> Comparison:
    """Today's answer beside the one supposed; each may work as long as the limits say."""
    instance, question = supposition.instance, supposition.question
    today = answer(instance, limits, watch, costs=False)
    refused = refusals(instance, question)
    if refused:
        return Comparison("refused", today, today, (), refused)
    then = answer(supposed(instance, question), limits, watch, costs=False)
    proven = today.status == then.status == "optimal"
    return Comparison("optimal" if proven else "feasible", today, then, differences(instance, question, today, then))
