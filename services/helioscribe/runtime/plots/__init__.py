"""Quick looks: what was observed with what detectors made of it, drawn without a screen."""
