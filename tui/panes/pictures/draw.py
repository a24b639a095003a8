"""All that draws, imported once a picture is shown, as the first frame need not wait for it."""

from tui.panes.pictures.boundary_curve import curve_rows
from tui.panes.pictures.boundary_map import pair_beside, plane_rows
from tui.panes.pictures.histograms import bins_for, histogram_rows
from tui.panes.pictures.network_diagram import diagram_rows, layers_in_sight
from tui.panes.pictures.observations import map_name
from tui.panes.pictures.phase import pairs_of, phase_rows
from tui.panes.pictures.quality_tables import classes_in_sight, quality_rows

__all__ = [
    "bins_for",
    "classes_in_sight",
    "curve_rows",
    "diagram_rows",
    "histogram_rows",
    "layers_in_sight",
    "map_name",
    "pair_beside",
    "pairs_of",
    "phase_rows",
    "plane_rows",
    "quality_rows",
]
