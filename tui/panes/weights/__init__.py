"""The pane Weights: the overview, the inspector of one tensor, the proof."""
