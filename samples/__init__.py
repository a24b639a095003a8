"""The bundled datasets: one CSV file each, found by ``importlib.resources.files("samples")``."""
