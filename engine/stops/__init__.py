"""What a run stops for: breakpoints, watches, planned and built-in stops; looking back for one."""
