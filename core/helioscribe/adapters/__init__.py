"""How the outside world answers; one heavy library a module."""
