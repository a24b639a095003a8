"""The commands of nn-tui: each reads its options and has somebody else do it."""
