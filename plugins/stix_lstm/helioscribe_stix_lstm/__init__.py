"""Solar flares in X-ray light curves, found by a recurrent network and a random cut forest."""
