"""What the pane Pictures draws: each view is a module."""
