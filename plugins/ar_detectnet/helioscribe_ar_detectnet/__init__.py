"""Active regions in full-disk magnetograms, boxed by a fully convolutional network and classified after Mt Wilson."""
