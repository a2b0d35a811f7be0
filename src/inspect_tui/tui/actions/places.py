"""The names of the places where something can be done: one for each page, gathered by area."""

from __future__ import annotations

WALK, ACROSS, HEADER, TRIGGERS = "walk", "across", "header", "triggers"
FINDINGS, SUBMIT, LOOKBACK, EVIDENCE = "findings", "submit", "lookback", "evidence"

HOME, SETUP, IDENTITY, SEARCH, HELP, FAULTS = "home", "setup", "identity", "search", "help", "faults"
ROUND_NEW, UNITS, REVIEW, ROUND_CARRY = "round_new", "units", "review", "round_carry"
PACKING, TAKE_PACK, HANDIN, RETURNED = "packing", "take_pack", "handin", "returned"

MERGE, MERGE_LOOK, MERGE_TAKEN, DECIDE = "merge", "merge_look", "merge_taken", "decide"
DOUBLES, UNIT_REVIEW, RETURNING, FREEZE = "doubles", "unit_review", "returning", "freeze"

LEDGER, LEDGER_ROW, LEDGER_STEP, LEDGER_BATCH = "ledger", "ledger_row", "ledger_step", "ledger_batch"
PROGRESS, RECHECK, DELTA, LEDGER_SHEET = "progress", "recheck", "delta", "ledger_sheet"

SUMMARY, NOTICE_PRIVACY, NOTICE_PICK = "summary", "notice_privacy", "notice_pick"
REPORT, FORMS, FORM_TAKE = "report", "forms", "form_take"

SCORES, DERIVATION, SOURCES, PERIOD = "scores", "derivation", "sources", "period"
RANKING, TREND, AGREEMENT, CONTESTS, CONTEST = "ranking", "trend", "agreement", "contests", "contest"
GRADES, POINTS, POINTS_LOOK = "grades", "points", "points_look"
APPRAISALS, APPRAISAL = "appraisals", "appraisal"

CHECKLISTS, CHECKLIST, PHRASES = "checklists", "checklist", "phrases"
SHEETS, SHEET_LOOK = "sheets", "sheet_look"
KEYS, UNLOCK, VAULT, TAKE_OUT = "keys", "unlock", "vault", "take_out"

DUTIES, GRID, RECOUNT, FLOWS = "duties", "grid", "recount", "flows"
CARDS, ADOPTION, FEATURES = "cards", "adoption", "features"
PAIRS, PAIR_EFFECT = "pairs", "pair_effect"

SCREENS = (
    *(WALK, ACROSS, HEADER, TRIGGERS, FINDINGS, SUBMIT, LOOKBACK, EVIDENCE),
    *(HOME, SETUP, IDENTITY, SEARCH, HELP, FAULTS, ROUND_NEW, UNITS, REVIEW, ROUND_CARRY),
    *(PACKING, TAKE_PACK, HANDIN, RETURNED),
    *(MERGE, MERGE_LOOK, MERGE_TAKEN, DECIDE, DOUBLES, UNIT_REVIEW, RETURNING, FREEZE),
    *(LEDGER, LEDGER_ROW, LEDGER_STEP, LEDGER_BATCH, PROGRESS, RECHECK, DELTA, LEDGER_SHEET),
    *(SUMMARY, NOTICE_PRIVACY, NOTICE_PICK, REPORT, FORMS, FORM_TAKE),
    *(SCORES, DERIVATION, SOURCES, PERIOD, RANKING, TREND, AGREEMENT, CONTESTS, CONTEST),
    *(GRADES, POINTS, POINTS_LOOK, APPRAISALS, APPRAISAL),
    *(CHECKLISTS, CHECKLIST, PHRASES, SHEETS, SHEET_LOOK, KEYS, UNLOCK, VAULT, TAKE_OUT),
    *(DUTIES, GRID, RECOUNT, FLOWS, CARDS, ADOPTION, FEATURES, PAIRS, PAIR_EFFECT),
)
"""Every place; a page says in `place` which it is."""

JUDGING = (WALK, ACROSS)
ASKED = (SCORES, SOURCES, PERIOD, RANKING, TREND, CONTEST, GRADES, SUMMARY, HOME, WALK)
"""Where the question mark asks how a figure came about; help is on F1 there."""
BELOW_HOME = tuple(name for name in SCREENS if name != HOME)
