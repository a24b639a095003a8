"""The panes of the screen, each a module or a folder."""
