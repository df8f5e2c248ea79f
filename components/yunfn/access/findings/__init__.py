"""Checks of policy documents: what a linter of RAM and CAM reports."""
