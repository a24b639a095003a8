"""What pyproject.toml cannot say of the build: the loop in C, which may be missing."""

import numpy as np
from setuptools import Extension, setup
from setuptools.command.sdist import sdist


class Source(sdist):
    """The source with its tests, its documents and all that lies beside the samples."""

    def make_distribution(self) -> None:
        """Add them before it is packed."""
        self.filelist.graft("tests")
        self.filelist.graft("samples")
        for package in ("engine", "tui"):
            self.filelist.include(f"{package}/README.md")
        self.filelist.global_exclude("*.py[cod]")
        super().make_distribution()


setup(
    cmdclass={"sdist": Source},
    ext_modules=[
        # Optional: where it cannot be compiled, the same calls are made from Python.
        Extension(
            "engine.loop._loop",
            ["engine/loop/_loop.c"],
            include_dirs=[np.get_include()],
            optional=True,
        )
    ],
)
