"""What moves an alias: one backend per file."""
