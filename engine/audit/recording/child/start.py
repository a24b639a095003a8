"""The program that the user's Python is started with: it makes a package of this folder."""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location

_PACKAGE = "_nn_tui_recording"


def main() -> None:
    """Run the script that the file of options names."""
    here = os.path.dirname(os.path.abspath(__file__))
    spec = spec_from_file_location(
        _PACKAGE,
        os.path.join(here, "__init__.py"),
        submodule_search_locations=[here],
    )
    assert spec is not None
    assert spec.loader is not None
    package = module_from_spec(spec)
    sys.modules[_PACKAGE] = package
    spec.loader.exec_module(package)
    running = import_module(_PACKAGE + ".running")
    with open(sys.argv[1], encoding="utf-8") as file:
        options = json.load(file)
    running.Run(options).start()


if __name__ == "__main__":
    main()
