"""The nouns of the platform: pure, and the same wherever the code runs."""
