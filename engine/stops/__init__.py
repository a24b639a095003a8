"""The stops of a run: breakpoints, watches, planned and built-in; looking back for one."""
