"""The demo: the picture service goes up, works and comes down again, step by step, in a local or a real cloud."""
