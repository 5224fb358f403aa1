"""Data to train on: versions by checksum, datasets that the catalogue makes of itself, parts that share nothing."""
