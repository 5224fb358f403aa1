"""Plots of light curves, scores and training; matplotlib is imported when one is drawn."""
