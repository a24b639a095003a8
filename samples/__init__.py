"""The bundled datasets: one CSV file each, found by ``importlib.resources.files("samples")``.

What each is stands in ``index.toml``.
"""
