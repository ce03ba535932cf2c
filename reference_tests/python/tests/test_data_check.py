"""Data sets' files that Python's programs wrote, read by `dnarch data`: whole ones are, broken records are named."""

import csv
import gzip
import io
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io
from numpy._core import multiarray
from PIL import Image

from dnarch_program import Program

RANDOM = np.random.default_rng(11)


def accepted(dnarch: Program, task: str, data: Path, files: int, records: int) -> str:
    """What `data info` prints of files in which `data check` finds nothing wrong."""
    checked = dnarch.run("data", "check", task, "--data", data)
    assert checked == f"{task}: {files} files, {records} records; faults: 0\n"
    return dnarch.run("data", "info", task, "--data", data)


def refused(dnarch: Program, task: str, data: Path, *parts: str) -> None:
    """`data check` names one broken record, in a line that has these parts, and fails."""
    result = dnarch.result("data", "check", task, "--data", data)
    assert result.returncode == 1, result
    assert "; faults: 1" in result.stdout
    (line,) = result.stderr.splitlines()
    for part in parts:
        assert part in line


def targets(information: str, split: str) -> str:
    """What `data info` prints of a split's targets."""
    (line,) = (line for line in information.splitlines() if line.startswith(split))
    return line.split(maxsplit=2)[2]


def class_counts(labels: np.ndarray, classes: int) -> str:
    """As `data info` prints them."""
    return "class 0, 1, ..: " + " ".join(map(str, np.bincount(labels, minlength=classes)))


def write_rows(path: Path, rows: list, ending: str) -> None:
    """Fields between tabs."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None, lineterminator=ending)
        writer.writerows(rows)


def archive(path: Path, files: dict[str, bytes]) -> Path:
    """A gzipped tar archive."""
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return path


def test_listops(dnarch: Program, tmp_path: Path) -> None:
    expressions = [["Source", "Target"], ["( ( ( [MED 2 ) 9 ) ] )", 5], ["( ( ( [SM ( ( [MAX 8 ) ] ) ) 7 ) ] )", 5], ["0", 0]]
    for part in ("train", "val", "test"):
        write_rows(tmp_path / f"basic_{part}.tsv", expressions, "\r\n")
    information = accepted(dnarch, "listops", tmp_path, 3, 9)
    assert "ListOps format (not the benchmark's 96,000/2,000/2,000), 3/3/3" in information
    assert targets(information, "test") == class_counts(np.array([5, 5, 0]), 10)
    expressions[2][1] = 4
    write_rows(tmp_path / "basic_val.tsv", expressions, "\r\n")
    refused(dnarch, "listops", tmp_path, "basic_val.tsv: line 3, target: found 4, expected 5")


def test_text(dnarch: Program, tmp_path: Path) -> None:
    folders = [f"aclImdb/{part}/{kind}" for part in ("train", "test") for kind in ("neg", "pos")]
    reviews = {f"{folder}/7_{8 if 'pos' in folder else 2}.txt": "Ça va.<br />".encode() for folder in folders}
    others = {"aclImdb/imdb.vocab": b"words", "aclImdb/train/unsup/0_0.txt": b"neither"}
    for name, content in (reviews | others).items():
        (tmp_path / "directory" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "directory" / name).write_bytes(content)
    packed = archive(tmp_path / "aclImdb_v1.tar.gz", others | reviews)
    for data, files in ((tmp_path / "directory", 4), (packed, 1)):
        information = accepted(dnarch, "text", data, files, 4)
        assert "Text (IMDB) format (not the benchmark's" in information
        assert targets(information, "training") == "class 0, 1, ..: 1 1"
    archive(packed, reviews | {"aclImdb/test/pos/8_5.txt": b"neither"})
    refused(dnarch, "text", packed, "aclImdb/test/pos/8_5.txt: rating: found 5, expected 7 to 10")


def test_retrieval(dnarch: Program, tmp_path: Path) -> None:
    pairs = [["1.0", "1", "2", 'a "text"', "other"], ["0.0", "3", "4", "x", "y"], ["1.0", "5", "6", "é", "z"]]
    for part in ("train", "eval", "test"):
        write_rows(tmp_path / f"new_aan_pairs.{part}.tsv", pairs, "\n")
    information = accepted(dnarch, "retrieval", tmp_path, 3, 9)
    assert "Retrieval format (not the benchmark's" in information
    assert targets(information, "validation") == "class 0, 1, ..: 1 2"
    write_rows(tmp_path / "new_aan_pairs.eval.tsv", [*pairs, ["1.0", "7", "8", "alone"]], "\n")
    refused(dnarch, "retrieval", tmp_path, "new_aan_pairs.eval.tsv: line 4: found 4 fields")


@pytest.mark.parametrize(("task", "side"), [("pathfinder", 32), ("path-x", 128)])
@pytest.mark.parametrize("as_text", [True, False])
def test_path_images(dnarch: Program, tmp_path: Path, task: str, side: int, *, as_text: bool) -> None:
    modes = ["L", "1", "P", "RGB", "RGBA", "LA", "L", "L", "L", "L"]
    (tmp_path / "imgs" / "3").mkdir(parents=True)
    (tmp_path / "metadata").mkdir()
    columns = []
    for number, mode in enumerate(modes):
        pixels = RANDOM.integers(0, 256, (side, side, 3), np.uint8)
        name = f"sample_{number}.png"
        Image.fromarray(pixels).convert(mode).save(tmp_path / "imgs" / "3" / name)
        columns.append(["imgs/3", name, str(number), str(number % 2), "1.8", "14", "4", "2", "0.5", "1", "1"])
    with (tmp_path / "metadata" / "3.npy").open("wb") as file:
        if as_text:
            np.savetxt(file, columns, "%s")
        else:
            np.save(file, np.array(columns))
    information = accepted(dnarch, task, tmp_path, 11, 10)
    assert "reduced to 8/1/1 of 160,000/20,000/20,000" in information
    path = tmp_path / "imgs" / "3" / "sample_6.png"
    path.write_bytes(path.read_bytes()[:-20])
    refused(dnarch, task, tmp_path, "imgs/3/sample_6.png: image: found")


def coefficients_and_solutions(samples: int) -> dict[str, np.ndarray]:
    """Fields of a size that is read whole."""
    return {"coeff": RANDOM.choice([3.0, 12.0], (samples, 11, 11)), "sol": RANDOM.random((samples, 11, 11))}


def matlab_5(path: Path, fields: dict) -> None:
    """As `save -v6` does."""
    scipy.io.savemat(path, fields)


def matlab_7(path: Path, fields: dict) -> None:
    """As `save -v7` does, with other arrays beside."""
    others = {"Kcoeff": fields["coeff"], "note": "text", "flag": np.array([[True]])}
    scipy.io.savemat(path, others | fields, do_compression=True)


def matlab_7_3(path: Path, fields: dict) -> None:
    """As `save -v7.3` does: HDF5 with the axes in reverse, behind MATLAB's header."""
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, field in fields.items():
            file.create_dataset(name, data=field.T, chunks=(4, 5, 2), compression="gzip", shuffle=True)
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")


@pytest.mark.parametrize("save", [matlab_5, matlab_7, matlab_7_3])
def test_darcyflow(dnarch: Program, tmp_path: Path, save: Callable[[Path, dict], None]) -> None:
    fields = coefficients_and_solutions(3)
    save(tmp_path / "piececonst_r11_N20_smooth1.mat", coefficients_and_solutions(20))
    save(tmp_path / "piececonst_r11_N3_smooth2.mat", fields)
    information = accepted(dnarch, "darcyflow", tmp_path, 2, 23)
    assert "DarcyFlow format (not the benchmark's 85 x 85 of 421 x 421 points), 18/2/3" in information
    _, mean, _, deviation = targets(information, "test").replace(",", "").split()
    found = np.array([mean, deviation], float)
    # Four decimals are printed, of solutions rounded to singles.
    np.testing.assert_allclose(found, [fields["sol"].mean(), fields["sol"].std()], rtol=1e-4)
    fields["coeff"][1, 2, 10] = 5
    save(tmp_path / "piececonst_r11_N3_smooth2.mat", fields)
    refused(dnarch, "darcyflow", tmp_path, "_smooth2.mat: coeff[1, 2, 10]: found 5 (1 bad values", "expected 3 or 12")


@pytest.mark.parametrize("element", ["<f4", ">f4", ">f8", ">i2"])
def test_cosmic(dnarch: Program, tmp_path: Path, element: str) -> None:
    paths = []
    for part, visit, count in (("npy_train", "10182/pb", 9), ("npy_train", "13804/6", 3), ("npy_test", "9490/a3", 2)):
        directory = tmp_path / part / "f435w" / visit
        directory.mkdir(parents=True)
        np.save(directory / "sky.npy", RANDOM.random(count).astype(">f8"))
        for number in range(1, count + 1):
            frame = RANDOM.integers(0, 2, (3, 256, 256))
            frame[0] = RANDOM.normal(40, 9, (256, 256))
            paths.append(directory / f"{number}_{number:03}.npy")
            np.save(paths[-1], frame.astype(element))
    information = accepted(dnarch, "cosmic", tmp_path, 17, 14)
    assert "Cosmic, reduced to 10/2/2 of 4,347/483/420" in information
    # Of the test images' central halves.
    share = 100 * np.mean([np.load(path)[1, 64:192, 64:192] for path in paths[-2:]])
    assert targets(information, "test") == f"{share:.3f} % of the positions"
    frame = np.load(paths[4])
    frame[1, 200, 30] = 2
    np.save(paths[4], frame)
    refused(dnarch, "cosmic", tmp_path, "10182/pb/5_005.npy: mask at row 200, column 30: found 2, expected 0 or 1")


class Python2Pickler(pickle._Pickler):
    """Writes strings as Python 2 did, and names NumPy's function as it was called then."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_string(self, string: bytes | str) -> None:
        """A Python 2 string: one byte for the length, or four."""
        content = string if isinstance(string, bytes) else string.encode("ascii")
        short = len(content) < 256
        self.write(b"U" + bytes([len(content)]) if short else b"T" + len(content).to_bytes(4, "little"))
        self.write(content)
        self.memoize(string)

    dispatch[bytes] = save_string
    dispatch[str] = save_string

    def save_global(self, obj: object, name: str | None = None) -> None:
        """A class or function by its name."""
        if obj is multiarray._reconstruct:
            self.write(b"cnumpy.core.multiarray\n_reconstruct\n")
            self.memoize(obj)
        else:
            super().save_global(obj, name)


def pickled(batch: dict) -> bytes:
    """As Python 2 pickled it."""
    file = io.BytesIO()
    Python2Pickler(file, protocol=2).dump(batch)
    read = pickle.loads(file.getvalue(), encoding="bytes")
    assert (read[b"data"] == batch["data"]).all()
    return file.getvalue()


# Names of the files, labels with their numbers of classes, of which the last one is predicted.
SETS = {
    "cifar10": (("data_batch_1", "data_batch_2", "test_batch"), {"labels": 10}),
    "cifar100": (("train", "test"), {"coarse_labels": 20, "fine_labels": 100}),
}


def python_file(name: str, labels: dict[str, np.ndarray], pixels: np.ndarray) -> bytes:
    """A batch with what else is in it."""
    lists = {kind: values.tolist() for kind, values in labels.items()}
    files = [f"image_{number}.png" for number in range(len(pixels))]
    return pickled({"batch_label": name, **lists, "data": pixels, "filenames": files})


def binary_file(_: str, labels: dict[str, np.ndarray], pixels: np.ndarray) -> bytes:
    """A record after the other."""
    return np.column_stack([*labels.values(), pixels]).astype(np.uint8).tobytes()


@pytest.mark.parametrize(
    ("task", "folder", "ending", "write"),
    [
        ("cifar10", "cifar-10-batches-py", "", python_file),
        ("cifar10", "cifar-10-batches-bin", ".bin", binary_file),
        ("cifar100", "cifar-100-python", "", python_file),
        ("cifar100", "cifar-100-binary", ".bin", binary_file),
    ],
)
def test_cifar(dnarch: Program, tmp_path: Path, task: str, folder: str, ending: str, write: Callable) -> None:
    images = 300
    names, kinds = SETS[task]
    labels = {name: {kind: RANDOM.integers(0, classes, images) for kind, classes in kinds.items()} for name in names}
    pixels = RANDOM.integers(0, 256, (images, 3072), np.uint8)

    def files() -> dict[str, bytes]:
        return {f"{folder}/{name}{ending}": write(name, labels[name], pixels) for name in names}

    packed = archive(tmp_path / "packed.tar.gz", files())
    information = accepted(dnarch, task, packed, len(names), images * len(names))
    assert "reduced to" in information
    predicted, classes = list(kinds.items())[-1]
    assert targets(information, "test") == class_counts(labels[names[-1]][predicted], classes)
    labels[names[0]][predicted][290] = classes
    archive(packed, files())
    refused(dnarch, task, packed, f"{folder}/{names[0]}{ending}: {predicted}, record 290: found {classes}")


def idx(values: np.ndarray) -> bytes:
    """Unsigned bytes behind their sizes."""
    sizes = np.array(values.shape, ">u4").tobytes()
    return bytes([0, 0, 8, values.ndim]) + sizes + values.astype(np.uint8).tobytes()


@pytest.mark.parametrize("zipped", [True, False])
def test_mnist(dnarch: Program, tmp_path: Path, *, zipped: bool) -> None:
    def write(name: str, values: np.ndarray) -> None:
        content = idx(values)
        path = tmp_path / (name + ".gz" if zipped else name)
        path.write_bytes(gzip.compress(content) if zipped else content)

    labels = RANDOM.integers(0, 10, 50)
    for part, count in (("train", 50), ("t10k", 20)):
        write(f"{part}-images-idx3-ubyte", RANDOM.integers(0, 256, (count, 28, 28)))
        write(f"{part}-labels-idx1-ubyte", labels[:count])
    for task in ("mnist", "mnist-sequential"):
        information = accepted(dnarch, task, tmp_path, 4, 70)
        assert "reduced to 45/5/20 of 55,000/5,000/10,000" in information
        assert targets(information, "test") == class_counts(labels[:20], 10)
    labels[7] = 10
    write("train-labels-idx1-ubyte", labels)
    refused(dnarch, "mnist", tmp_path, "train-labels-idx1-ubyte", "label 7: found 10, expected 0 to 9")
