"""Zips of functions' code and of layers, as both clouds keep them: while anything refers to them, behind secret links.

Nothing here knows a cloud: what a zip may hold, and how a bad one is refused, each cloud's ``packages`` says.
"""
