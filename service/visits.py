"""Use cases of visits: ask for a plan, look at it, take it over, publish, move, answer, cancel, judge what stands."""

from __future__ import annotations

from service.visit_additions import Wish, add, addition_at, additions_for, pairs
from service.visit_agenda import agenda
from service.visit_calculations import ask_for_plan
from service.visit_changes import (
    answer_visit,
    cancel,
    move,
    open_refusals,
    pin,
    publish,
    slot_at,
    slots_for,
    take_back,
    take_back_answer,
)
from service.visit_judge import judge_live
from service.visit_plan import apply_draft, draft
from service.visit_solutions import Waiting, place, slot_for, solutions_for
from service.visit_week import week

__all__ = [
    "Waiting",
    "Wish",
    "add",
    "addition_at",
    "additions_for",
    "agenda",
    "answer_visit",
    "apply_draft",
    "ask_for_plan",
    "cancel",
    "draft",
    "judge_live",
    "move",
    "open_refusals",
    "pairs",
    "pin",
    "place",
    "publish",
    "slot_at",
    "slot_for",
    "slots_for",
    "solutions_for",
    "take_back",
    "take_back_answer",
    "week",
]
