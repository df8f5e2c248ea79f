"""Checks that a package would run where it is deployed, before it is uploaded."""
