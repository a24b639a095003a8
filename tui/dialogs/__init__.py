"""Dialogs over the panes: lists, prompts, questions, explanations, help."""
