"""What engine tests, the demo and the bench share: the real CLI over a local cloud."""
