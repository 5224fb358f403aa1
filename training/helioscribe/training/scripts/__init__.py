"""Scripts of one's own as training jobs."""
