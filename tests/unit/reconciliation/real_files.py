"""Where the real statements are; tests over them say so when they are absent."""

import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[3].parent / "shared" / "data"))
needs_real_files = pytest.mark.skipif(
    not ROOT.is_dir(), reason="the real statement files are not on this machine"
)
