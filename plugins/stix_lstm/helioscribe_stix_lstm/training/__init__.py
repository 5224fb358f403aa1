"""Training of the network and of the forest; the only place of this plugin where torch is used."""
