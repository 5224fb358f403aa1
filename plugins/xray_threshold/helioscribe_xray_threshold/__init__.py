"""Solar flares in X-ray light curves by the classical rule."""
