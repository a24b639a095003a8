"""``python -m tests.samples.published``: write the samples that were measured by others.

Needs ``scikit-learn`` and ``palmerpenguins``, which nothing else here does.
"""

from __future__ import annotations

from tests.samples.table import FOLDER

CULTIVARS = ("barolo", "grignolino", "barbera")
"""The three in the order of the source's class numbers, as in Forina et al. 1986."""


def iris() -> str:
    """Fisher's irises from scikit-learn's copy, in which two cells are as Fisher had them."""
    from sklearn.datasets import load_iris

    data = load_iris()
    header = ["sepal_length", "sepal_width", "petal_length", "petal_width", "iris"]
    names = [str(data.target_names[t]) for t in data.target]
    return _csv(header, [[*map(_plain, x), n] for x, n in zip(data.data, names, strict=True)])


def wine() -> str:
    """The wines from scikit-learn's copy, the classes named by cultivar."""
    from sklearn.datasets import load_wine

    data = load_wine()
    names = [n.replace("od280/od315_of_diluted_wines", "od280_od315") for n in data.feature_names]
    cultivars = [CULTIVARS[t] for t in data.target]
    rows = [[*map(_plain, x), c] for x, c in zip(data.data, cultivars, strict=True)]
    return _csv([*names, "cultivar"], rows)


def penguins() -> str:
    """The penguins that were measured completely, the body mass in kilograms."""
    from palmerpenguins import load_penguins

    data = load_penguins()
    inputs = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm"]
    measured = data[[*inputs, "body_mass_g"]].dropna()
    rows = [[*map(_plain, row[:-1]), _plain(row[-1] / 1000)] for row in measured.to_numpy()]
    return _csv([*inputs, "body_mass_kg"], rows)


def _plain(value: float) -> str:
    return f"{value:.10g}"


def _csv(header: list[str], rows: list[list[str]]) -> str:
    return "".join(",".join(cells) + "\n" for cells in (header, *rows))


if __name__ == "__main__":
    for name, made in {"iris": iris, "wine": wine, "penguins": penguins}.items():
        (FOLDER / f"{name}.csv").write_bytes(made().encode())
