"""The front-end files, gathered and compressed once for each version of them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path


def in_background() -> subprocess.Popen[bytes]:
    """Begin to gather in a process of its own: it takes seconds that the database needs too."""
    return subprocess.Popen([sys.executable, "-m", __name__])


def gather() -> None:
    """Gather the files that pages load into the county's folder, where they are not there already."""
    from django.conf import settings
    from django.core.management import call_command

    stamp = Path(settings.STATIC_ROOT) / ".gathered"
    now = _fingerprint()
    if stamp.exists() and stamp.read_text() == now:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(now)


def _fingerprint() -> str:
    """Return a hash over names, sizes and times of all source files."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.blake2b(digest_size=16)
    for finder in get_finders():
        for name, storage in finder.list([]):
            about = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{about.st_size}\0{about.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.config.settings")
    import django

    django.setup()
    gather()
