"""Grammars: lines whose kind shows in their form, not in fixed wording. One idea a file."""
