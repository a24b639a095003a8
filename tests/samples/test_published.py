"""The measured samples against what was published of them."""

from collections import Counter

import numpy as np
import pytest

from tests.samples.table import read


def test_iris_has_fishers_means() -> None:
    """The means of Fisher (1936), The use of multiple measurements in taxonomic problems."""
    iris = read("iris")
    species = np.array(iris.target)
    assert iris.inputs == ["sepal_length", "sepal_width", "petal_length", "petal_width"]
    assert Counter(iris.target) == {"setosa": 50, "versicolor": 50, "virginica": 50}
    for name, means in {
        "setosa": [5.006, 3.428, 1.462, 0.246],
        "versicolor": [5.936, 2.770, 4.260, 1.326],
        "virginica": [6.588, 2.974, 5.552, 2.026],
    }.items():
        np.testing.assert_allclose(iris.x[species == name].mean(axis=0), means, atol=1e-9)
    # As the description of the UCI copy sums them up, cut off after the last digit.
    np.testing.assert_allclose(iris.x.min(axis=0), [4.3, 2.0, 1.0, 0.1])
    np.testing.assert_allclose(iris.x.max(axis=0), [7.9, 4.4, 6.9, 2.5])
    np.testing.assert_allclose(iris.x.std(axis=0, ddof=1), [0.83, 0.43, 1.76, 0.76], atol=0.01)


def test_iris_has_the_two_cells_as_fisher_had_them() -> None:
    """The description of the UCI copy names its errors in the rows 35 and 38."""
    x = read("iris").x
    assert x[34].tolist() == [4.9, 3.1, 1.5, 0.2]
    assert x[37].tolist() == [4.9, 3.6, 1.4, 0.1]
    assert x[0].tolist() == [5.1, 3.5, 1.4, 0.2]
    assert x[149].tolist() == [5.9, 3.0, 5.1, 1.8]


WINE = {
    "alcohol": "11.0 14.8 13.0 0.8",
    "malic_acid": "0.74 5.80 2.34 1.12",
    "ash": "1.36 3.23 2.36 0.27",
    "alcalinity_of_ash": "10.6 30.0 19.5 3.3",
    "magnesium": "70.0 162.0 99.7 14.3",
    "total_phenols": "0.98 3.88 2.29 0.63",
    "flavanoids": "0.34 5.08 2.03 1.00",
    "nonflavanoid_phenols": "0.13 0.66 0.36 0.12",
    "proanthocyanins": "0.41 3.58 1.59 0.57",
    "color_intensity": "1.3 13.0 5.1 2.3",
    "hue": "0.48 1.71 0.96 0.23",
    "od280_od315": "1.27 4.00 2.61 0.71",
    "proline": "278 1680 746 315",
}
"""Least, most, mean and deviation, as the description in scikit-learn gives them."""


@pytest.mark.parametrize("name", WINE)
def test_wine_is_summed_up_as_published(name: str) -> None:
    column = read("wine").column(name)
    found = (column.min(), column.max(), column.mean(), column.std(ddof=1))
    for value, published in zip(found, WINE[name].split(), strict=True):
        # Some were rounded and some were cut off.
        last_digit = 10.0 ** -len(published.partition(".")[2])
        assert abs(value - float(published)) < last_digit


def test_wine_has_its_classes_and_rows() -> None:
    wine = read("wine")
    assert wine.inputs == list(WINE)
    assert Counter(wine.target) == {"barolo": 59, "grignolino": 71, "barbera": 48}
    assert wine.target == sorted(wine.target, key=["barolo", "grignolino", "barbera"].index)
    assert wine.x[0].tolist() == [
        14.23, 1.71, 2.43, 15.6, 127, 2.8, 3.06, 0.28, 2.29, 5.64, 1.04, 3.92, 1065,
    ]  # fmt: skip
    assert wine.x[177].tolist() == [
        14.13, 4.1, 2.74, 24.5, 96, 2.05, 0.76, 0.56, 1.35, 9.2, 0.61, 1.6, 560,
    ]  # fmt: skip


def test_penguins_are_summed_up_as_published() -> None:
    """By the summary of the table in the documentation of palmerpenguins: 2 of 344 are missing."""
    penguins = read("penguins")
    assert penguins.inputs == ["bill_length_mm", "bill_depth_mm", "flipper_length_mm"]
    mass = np.array(penguins.target, dtype=float)
    table = np.column_stack([penguins.x, mass])
    assert len(table) == 342
    np.testing.assert_allclose(table.min(axis=0), [32.1, 13.1, 172, 2.7])
    np.testing.assert_allclose(table.max(axis=0), [59.6, 21.5, 231, 6.3])
    means = [f"{mean:.4g}" for mean in table.mean(axis=0)]
    assert means == ["43.92", "17.15", "200.9", "4.202"]
    np.testing.assert_allclose(np.median(table, axis=0), [44.45, 17.3, 197, 4.05])
    assert table[0].tolist() == [39.1, 18.7, 181, 3.75]
    assert table[3].tolist() == [36.7, 19.3, 193, 3.45]
    # A plane by least squares, of which the index speaks.
    inputs = np.column_stack([penguins.x, np.ones(len(mass))])
    _, (rest,), *_ = np.linalg.lstsq(inputs, mass, rcond=None)
    assert f"{1 - rest / (mass.var() * len(mass)):.0%}" == "76%"
