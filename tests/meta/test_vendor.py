"""Vendored files are exactly what their makers published, and none is unlisted."""

from __future__ import annotations

import hashlib
import json

from backoffice.launcher import places

VENDOR = places.ROOT / "static" / "vendor"


def _listed() -> dict[str, str]:
    packages = json.loads((VENDOR / "VENDOR.json").read_text())
    return {name: digest for package in packages for name, digest in package["files"].items()}


def test_vendored_files_have_the_recorded_hashes() -> None:
    found = {
        name: f"sha256-{hashlib.sha256((VENDOR / name).read_bytes()).hexdigest()}"
        for name in _listed()
    }

    assert found == _listed()


def test_no_vendored_file_is_unlisted() -> None:
    files = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}

    assert files - set(_listed()) == {"VENDOR.json"}
