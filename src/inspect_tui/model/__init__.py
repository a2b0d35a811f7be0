"""What things are: checklists, units, rounds, changes. No input or output, no rules.

The modules with records do without `from __future__ import annotations`: msgspec would have to compile and
evaluate each annotation from its text, at every start of the program.
"""
