"""The files of a folder that was handed in, under names that people can read and every store can keep."""

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LONGEST: Final = 400
"""Most characters of a name that is kept; of a longer one (folders within folders) the end, which tells most."""
_SYSTEM_FILES: Final = frozenset({"thumbs.db", "desktop.ini"})
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that steer a terminal or turn a line round instead of being read."""


def files_in(root: Path) -> Iterator[tuple[Path, str]]:
    """Files in a steady order, with their name relative to the folder given; hidden ones are left out.

    Links and devices are among them, so that whoever handed them in is told (`is_elsewhere`).
    """
    if not root.is_dir():
        yield root, readable(root.name)
        return
    found = [
        (file, file.relative_to(root).as_posix())
        for file in root.rglob("*")
        if (file.is_symlink() or not file.is_dir()) and file.name.lower() not in _SYSTEM_FILES
    ]
    for file, name in sorted(found, key=lambda pair: pair[1]):
        if not any(part.startswith(".") for part in Path(name).parts):
            yield file, readable(name)


def is_elsewhere(file: Path) -> bool:
    """Tell whether an entry of a folder is no file of it: a link to somewhere else, a pipe, a device.

    What a link points to was not handed in, and may be none of the office's business.
    """
    return file.is_symlink() or not file.is_file()


def readable(name: str) -> str:
    """Return a file's name as text: bytes of an old Chinese system decoded, what cannot be read replaced.

    Names unpacked from an archive of an older system are GB18030 bytes; Python keeps those as half characters.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        name = os.fsencode(name).decode("gb18030", "replace")
    shown = "".join("\ufffd" if unicodedata.category(one) in _UNSEEN else one for one in name)
    return shown if len(shown) <= LONGEST else "…" + shown[1 - LONGEST :]
