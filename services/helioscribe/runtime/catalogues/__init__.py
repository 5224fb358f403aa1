"""Catalogues of others: their records as rows under HEK's names."""
