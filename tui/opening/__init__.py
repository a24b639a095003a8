"""From what was asked for to a debugger: a run anew, or one that was saved. Knows no Textual."""
