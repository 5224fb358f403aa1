"""Images of the Sun: headers of many instruments understood, pixels decoded and prepared for detectors."""
