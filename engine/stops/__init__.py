"""What a run stops for: breakpoints, watches, planned and built-in stops, and looking back for one."""
