"""The pane Loss."""
