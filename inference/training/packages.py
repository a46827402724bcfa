"""The packages that the training data comes from: pinned, fetched by their registry's own client, checked, unpacked.

Every one has a licence that allows this; NOTICE names them. Nothing of them is committed.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path


class IntegrityError(Exception):
    """A fetched archive is not the one that was pinned."""


@dataclass(frozen=True, slots=True)
class Package:
    """An npm package of one version. `integrity`: what the lock of an npm project would say, `sha512-…`."""

    name: str
    version: str
    integrity: str

    @property
    def archive(self) -> str:
        """The file name that `npm pack` gives it."""
        return f"{self.name.lstrip('@').replace('/', '-')}-{self.version}.tgz"


DRAWINGS = {  # style → the set of drawings that shows it, in the order of STYLES
    "3d": Package(
        "@iconify-json/fluent-emoji",
        "1.2.7",
        "sha512-D8G6bKAyIsyxP1rzZtIWr/gg/fO4Rg1+DyCWlfqKK4h8W+4Em/Y0P6QYgJUQTlUcagzJvSyg+9OBv4hz4Hc/QA==",
    ),
    "flat": Package(
        "@iconify-json/fluent-emoji-flat",
        "1.2.6",
        "sha512-RY47RgPb47fYUiyrA64sIOL0+UU02s29sXpNBbIQRBUlPlfNFTKUmZDERGuxDs/7yNGWqQYvuaSYM1M4fRXlUw==",
    ),
    "cartoon": Package(
        "@iconify-json/noto",
        "1.2.9",
        "sha512-DQiuXENbun41ch+XPSV55H9FaWKpHTyz46YIKtSaKYD4fIDDzL1tR6H4np/T38jfrTAeI3rcKF0mqHYeZVAuaw==",
    ),
    "sticker": Package(
        "@iconify-json/twemoji",
        "1.2.5",
        "sha512-uKpuIEV0v6K5BW3Mjdyl+XKFVAbbcPxAgifKvEMtZoUZB5+YiY5zaMm2uNNCxyXzAWU9yNLlj41WU6/mvgALsw==",
    ),
    "line art": Package(
        "@iconify-json/fluent-emoji-high-contrast",
        "1.2.6",
        "sha512-esqhZPpkrF7sNX3NsLoh8KW64okEr/bzko7WNnFP+qTJGAqDPDYjp0925yxuivXy3HtVQB8xhIKu3+Nq1byX5w==",
    ),
}
NAMES = Package(
    "unicode-emoji-json",
    "0.9.0",
    "sha512-HdrQW/7SdbXUsTd8uTATv7LvQJkCSgbAgRCDCtOhQ6xn3EAx+xZHQtRniOXWJK3ywIqPegkNhP4U4EbuFsiQng==",
)
KEYWORDS = Package(
    "emojibase-data",
    "17.0.0",
    "sha512-Yvgb5AWoHViHV/gq1qr5ZAarcBip+B27/ZLRsUJkbgAEaLlZ/fof9g882LTpmEpyhBNEC0m2SEmItljHsTygjA==",
)
ALL = (*DRAWINGS.values(), NAMES, KEYWORDS)


def fetch(package: Package, *, folder: Path) -> Path:
    """The folder with the package's files, below `folder`/packages; fetched only when it is not there yet.

    Raises IntegrityError, OSError (no npm), CalledProcessError (npm's own word).
    """
    packages = folder / "packages"
    unpacked = packages / package.archive.removesuffix(".tgz")
    if unpacked.is_dir():
        return unpacked / "package"
    packages.mkdir(parents=True, exist_ok=True)
    archive = packages / package.archive
    if not archive.is_file():
        spec = f"{package.name}@{package.version}"
        subprocess.run(["npm", "pack", "--silent", spec], cwd=packages, check=True, stdout=subprocess.DEVNULL)  # noqa: S603, S607
    check(archive, integrity=package.integrity)
    fresh = unpacked.with_suffix(".part")
    with tarfile.open(archive) as files:
        files.extractall(fresh, filter="data")
    fresh.rename(unpacked)
    return unpacked / "package"


def check(archive: Path, *, integrity: str) -> None:
    """Raises IntegrityError when the file's SHA-512 is not the one of `integrity`."""
    with archive.open("rb") as file:
        found = base64.b64encode(hashlib.file_digest(file, "sha512").digest()).decode()
    if f"sha512-{found}" != integrity:
        archive.unlink()
        raise IntegrityError(f"{archive.name} is not the file that was pinned; it was removed. Run it again.")
