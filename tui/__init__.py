"""The terminal's side of nn-tui: the command line and the screen."""
