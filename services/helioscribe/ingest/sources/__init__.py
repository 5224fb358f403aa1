"""Readers of each kind of file, and archives."""
