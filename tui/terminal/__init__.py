"""The terminal itself: signals, drivers, ASCII, and the log of what failed."""
