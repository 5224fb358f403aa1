"""Protocols of everything outside: databases, stores, queues, archives. `adapters` and `db` implement them."""
