"""Reads what a layer holds: layer.yaml, Funfile, requirements and lock files."""
