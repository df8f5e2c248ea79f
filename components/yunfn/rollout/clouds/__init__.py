"""What each cloud brings to a rollout."""
