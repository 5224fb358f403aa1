"""A Sun of magnetic fields made for training: quiet network, plage, and regions of every Mount Wilson class."""
