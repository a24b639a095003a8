"""The pane Dataset."""
