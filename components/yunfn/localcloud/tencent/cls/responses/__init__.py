"""Parse and answer CLS's calls, by what they are about."""
