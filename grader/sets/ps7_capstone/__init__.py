"""An experiment with and without batch normalisation."""
