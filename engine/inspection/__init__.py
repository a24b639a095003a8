"""What can be asked of a run: explanations, snapshots, expressions over iterations."""
