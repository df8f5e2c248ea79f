"""Tablestore's state, one module a kind of thing."""
