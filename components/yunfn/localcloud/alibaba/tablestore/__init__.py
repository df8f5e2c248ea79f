"""Tablestore (OTS): instances, tables, rows and streams."""
