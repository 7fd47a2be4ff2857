"""Feature maps, layer and group normalisation."""
