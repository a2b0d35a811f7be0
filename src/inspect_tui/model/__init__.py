"""What things are: checklists, units, rounds, changes. No input or output, no rules."""
