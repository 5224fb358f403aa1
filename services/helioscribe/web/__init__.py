"""The catalogue over HTTP: pages for people, JSON for programs."""
