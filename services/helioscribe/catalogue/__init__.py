"""The catalogue service: makes events from detections, serves the catalogue, and tells subscribers of changes."""
