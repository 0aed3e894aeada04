"""Pairing and planning: plain data in, plain data out; rules, search, judge."""
