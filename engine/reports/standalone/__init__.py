"""Stand-alone programs: a run as a script or as a notebook, generated from its formulas."""
