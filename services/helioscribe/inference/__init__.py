"""Products become detections."""
