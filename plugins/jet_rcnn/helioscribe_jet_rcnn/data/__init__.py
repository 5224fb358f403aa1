"""Labelled and simulated windows: what the networks learn from and are measured on."""
