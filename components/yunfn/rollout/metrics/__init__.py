"""Where figures come from: one backend a file, each a MetricsBackend of ``rollout.metric``."""
