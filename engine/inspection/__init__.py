"""Ways to look into a run: explanations, snapshots, expressions over iterations."""
