"""Computations from parameters beside a run: predictions, quality, maps, histograms."""
