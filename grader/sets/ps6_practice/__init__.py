"""A clinic: evaluation, freezing, recalibration, and broken scripts."""
