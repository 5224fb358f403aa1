"""How the two networks are trained; the only part that needs torch."""
