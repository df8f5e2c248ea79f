"""Calls of functions, by cloud."""
