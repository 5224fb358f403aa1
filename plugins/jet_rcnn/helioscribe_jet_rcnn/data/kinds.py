"""What a window shows, in words that stand in datasets, reports and the model card."""

from helioscribe_jet_rcnn.data.simulation import NON_JETS

__all__ = [
    "CALM",
    "CLOSE",
    "CONFIRMED",
    "ERASED",
    "JETS",
    "KINDS",
    "PAIRED",
    "QUIET",
    "REAL",
    "SHUFFLED",
    "SIMULATED",
    "WHOLE",
]

WHOLE, CLOSE, SIMULATED = "real jet", "real jet cut out", "simulated jet"
JETS = (WHOLE, CLOSE, SIMULATED)
"""Kinds with a jet."""

CONFIRMED = "real, confirmed no jet"
"""Kind of real sequences of which people said that there is no jet."""

QUIET, SHUFFLED, ERASED = "real quiet field", "real frames shuffled", "real jet erased"
"""Kinds whose pixels are real, all or most of them; that there is no jet was confirmed by nobody.

A quiet field is a part of a jet's field that the jet does not reach. Shuffled frames show a jet each, in an order that
no jet has.
"""

CALM = "calm background"
"""Kind of median images with noise."""

REAL = (WHOLE, CLOSE, QUIET, SHUFFLED, ERASED, CONFIRMED)
"""Kinds of real pixels."""

PAIRED = (SIMULATED, *NON_JETS)
"""Simulated jets, and what has their energy and is none."""

KINDS = (*REAL, *PAIRED, CALM)
"""What a window is."""
