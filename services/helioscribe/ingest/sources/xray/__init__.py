"""X-ray light curves of instruments other than STIX."""
