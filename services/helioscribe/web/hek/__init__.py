"""HEK's own interface over HTTP, so that its clients work with this catalogue unchanged."""
