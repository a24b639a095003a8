"""What panes and dialogs draw with: lines, colours, numbers, charts, matrices."""
