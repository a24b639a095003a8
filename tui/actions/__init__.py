"""The actions of the app, a file for each matter.

The app is made of the classes here, side by side; each knows the rest as `Base` only. A key that
one pane answers belongs to that pane, how something is drawn to `drawing` and the panes.
"""
