"""The files of generated data sets, read by programs that share no code with dnarch."""

import csv
from pathlib import Path

import numpy as np
import pytest
import scipy.io
import scipy.sparse
import scipy.sparse.linalg
from PIL import Image

from dnarch_program import Program

OPERATORS = {
    "[MIN": min,
    "[MAX": max,
    "[MED": lambda arguments: int(np.median(arguments)),
    "[SM": lambda arguments: sum(arguments) % 10,
}


def value(expression: str) -> int:
    """The value of an expression by its parentheses, each of which applies what is left of it to what is right."""
    stack: list = []
    for word in expression.split():
        if word == ")":
            bracket, (operator, arguments), argument = stack[-3:]
            assert bracket == "(", expression
            del stack[-3:]
            closed = argument == "]"
            stack.append(OPERATORS[operator](arguments) if closed else (operator, [*arguments, argument]))
        else:
            stack.append((word, []) if word in OPERATORS else int(word) if word.isdigit() else word)
    (result,) = stack
    return result


def rows(path: Path) -> list[list[str]]:
    """The fields of each line."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def generated(dnarch: Program, task: str, n: int, out: Path) -> Path:
    """A generated data set in which dnarch itself finds nothing wrong."""
    dnarch.run("data", "generate", task, "--n", str(n), "--out", str(out))
    assert "; faults: 0" in dnarch.run("data", "check", task, "--data", str(out))
    return out


def test_listops_values_are_those_of_the_parentheses(dnarch: Program, tmp_path: Path) -> None:
    data = generated(dnarch, "listops", 200, tmp_path / "data")
    for file, count in (("basic_train.tsv", 200), ("basic_val.tsv", 50), ("basic_test.tsv", 50)):
        header, *expressions = rows(data / file)
        assert header == ["Source", "Target"]
        assert len(expressions) == count
        for source, target in expressions:
            assert value(source) == int(target), source


def test_text_is_a_directory_of_rated_reviews(dnarch: Program, tmp_path: Path) -> None:
    data = generated(dnarch, "text", 9, tmp_path / "data")
    ratings = {"neg": range(1, 5), "pos": range(7, 11)}
    found = {(part, kind): [] for part in ("train", "test") for kind in ratings}
    for path in data.glob("*/*/*"):
        number, rating = path.stem.split("_")
        assert path.suffix == ".txt"
        assert int(rating) in ratings[path.parent.name]
        assert set(path.read_text("ascii")) <= set("abcdefghijklmnopqrstuvwxyz .")
        assert path.stat().st_size > 0
        found[path.parent.parent.name, path.parent.name].append(int(number))
    assert {place: len(set(numbers)) for place, numbers in found.items()} == {
        ("train", "neg"): 5,
        ("train", "pos"): 4,
        ("test", "neg"): 2,
        ("test", "pos"): 1,
    }


def test_retrieval_has_five_columns(dnarch: Program, tmp_path: Path) -> None:
    data = generated(dnarch, "retrieval", 9, tmp_path / "data")
    for part, count in (("train", 9), ("eval", 3), ("test", 3)):
        pairs = rows(data / f"new_aan_pairs.{part}.tsv")
        assert len(pairs) == count
        for label, first_name, second_name, *texts in pairs:
            assert label in ("0.0", "1.0")
            assert first_name != second_name
            assert [bool(text) for text in texts] == [True, True]
        assert {label for label, *_ in pairs} == {"0.0", "1.0"}


@pytest.mark.parametrize(("task", "side"), [("pathfinder", 32), ("path-x", 128)])
def test_path_images_and_their_lists(dnarch: Program, tmp_path: Path, task: str, side: int) -> None:
    data = generated(dnarch, task, 16, tmp_path / "data")
    (level,) = data.glob("*/curv_contour_length_14")
    assert level.parent.name == f"pathfinder{side}"
    lists = np.loadtxt(level / "metadata" / "0.npy", dtype=str)
    assert lists.shape == (20, 11)
    assert {f"{folder}/{file}" for folder, file in lists[:, :2]} == {
        path.relative_to(level).as_posix() for path in level.glob("imgs/*/*")
    }
    assert lists[:, 2].astype(int).tolist() == list(range(20))
    assert set(lists[:, 3]) == {"0", "1"}
    assert set(lists[:, 5]) == {"14"}
    for folder, file in lists[:, :2]:
        with Image.open(level / folder / file) as image:
            assert (image.format, image.mode, image.size) == ("PNG", "L", (side, side))
            darkest, brightest = image.getextrema()
            assert darkest == 0
            assert brightest > 100


def solution(coefficient: np.ndarray) -> np.ndarray:
    """Of -div(a grad u) = 1, u = 0 on the boundary, by finite volumes around the centres of the cells.

    A face's coefficient is the mean of its cells'; the boundary is half a cell away.
    """
    n = len(coefficient)
    places = np.arange(n * n).reshape(n, n)
    diagonal = np.zeros((n, n))
    matrix = scipy.sparse.coo_array((n * n, n * n))
    for axis in (0, 1):
        a, place, sum_of_faces = (np.moveaxis(array, axis, 0) for array in (coefficient, places, diagonal))
        faces = (a[1:] + a[:-1]) / 2
        sum_of_faces[1:] += faces
        sum_of_faces[:-1] += faces
        sum_of_faces[[0, -1]] += 2 * a[[0, -1]]
        one_way = scipy.sparse.coo_array((faces.ravel(), (place[1:].ravel(), place[:-1].ravel())), shape=matrix.shape)
        matrix = matrix - one_way - one_way.T
    matrix = scipy.sparse.csc_array(matrix + scipy.sparse.diags_array(diagonal.ravel()))
    return scipy.sparse.linalg.spsolve(matrix, np.full(n * n, 1 / n**2)).reshape(n, n)


def test_darcyflow_in_scipy(dnarch: Program, tmp_path: Path) -> None:
    data = generated(dnarch, "darcyflow", 2, tmp_path / "data")
    for name, samples in (("piececonst_r421_N3_smooth1", 3), ("piececonst_r421_N1_smooth2", 1)):
        file = scipy.io.loadmat(data / f"{name}.mat")
        assert b"not the benchmark's data" in file["__header__"]
        for field in ("coeff", "sol"):
            assert file[field].shape == (samples, 421, 421)
            assert file[field].dtype == np.float64
        assert set(np.unique(file["coeff"])) == {3.0, 12.0}
        u = file["sol"]
        boundary = np.concatenate([u[:, 0], u[:, -1], u[:, :, 0], u[:, :, -1]])
        # The centres of the outermost cells are 1/842 from the boundary, where u is 0: measured, 0.012.
        assert np.abs(boundary).max() < 0.02 * u.max()
        assert u[:, 1:-1, 1:-1].min() > 0
    expected = solution(file["coeff"][0])
    error = np.linalg.norm(u[0] - expected) / np.linalg.norm(expected)
    # Measured 9e-5: there is an interpolation in between. Axes exchanged make it hundreds of times as much.
    assert error < 5e-4


def test_cosmic_as_its_authors_load_it(dnarch: Program, tmp_path: Path) -> None:
    data = generated(dnarch, "cosmic", 30, tmp_path / "data")
    for part, count in (("npy_train", 34), ("npy_test", 8)):
        paths = sorted(data.glob(f"{part}/f435w/*/*/*_*.npy"))
        assert len(paths) == count
        for path in paths:
            image, mask, ignored = np.load(path)
            assert image.shape == (256, 256)
            assert image.dtype == np.float32
            assert np.isfinite(image).all()
            assert set(np.unique(mask)) == {0.0, 1.0}
            assert set(np.unique(ignored)) <= {0.0, 1.0}
            sky = np.load(path.parent / "sky.npy")
            assert sky.shape == (len(list(path.parent.glob("*_*.npy"))),)
            # Half of the pixels or more have other light besides.
            assert 0 < sky[int(path.name.split("_")[0]) - 1] < np.median(image)
            # Rays add electrons.
            assert image[mask == 1].mean() > image[mask == 0].mean()
