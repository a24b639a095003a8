"""Drawing, for panes and dialogs: lines, colours, numbers, charts, matrices."""
