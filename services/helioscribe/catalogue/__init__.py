"""Detections become events, and events reach consumers."""
