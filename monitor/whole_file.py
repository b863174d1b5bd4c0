"""A file that is there whole or not at all, whatever happens while it is written."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory


def replace_changed(path: Path, content: bytes) -> bool:
    """Makes a file hold this, in one step; False: it does already, and is not touched, so that who asks for it by its
    date or its ETag need not read it again.

    Raises: OSError, when it cannot be written.
    """
    if path.is_file() and path.read_bytes() == content:
        return False
    with TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
        unfinished = Path(folder, path.name)
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    return True
