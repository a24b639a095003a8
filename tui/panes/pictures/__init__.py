"""The pane Pictures, and the thread that computes what they show."""
