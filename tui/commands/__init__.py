"""The commands of nn-tui: each reads its options and calls the engine or the app."""
