"""The version of nn-tui, said once: for `pyproject.toml`, the command and saved runs."""

__version__ = "0.1.0"
