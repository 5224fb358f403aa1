"""Coronal jets in sequences of extreme-ultraviolet images: a network per frame, and a recurrent one over frames."""
