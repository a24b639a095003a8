"""The debugger line by line: a verb in, a few lines out. Knows no Textual."""
