"""DuckDB as the mirror uses it: two threads, bounded memory, no network, no files but the mirror's."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import duckdb

THREADS: Final = 2
MEMORY: Final = "1GB"
SPILL: Final = ".spill"
LEFT_ALONE: Final = "cte_inlining,join_order,build_side_probe_side"
"""What DuckDB's optimiser leaves as it is written. It cannot know how many rows a moment leaves, and would hash nine
million entries to look up a quarter of a million stays; what many figures read it would pass from one scan to all of
them, and DuckDB 2.0 can wait there for ever."""


def connect(where: Path, memory: str = MEMORY) -> duckdb.DuckDBPyConnection:
    """Open a database in memory that may read and write inside one folder and nowhere else.

    What does not fit in `memory` is spilled to files there, in a folder of this process. Extensions are neither fetched nor loaded: all that is
    used is built in.
    """
    (where / SPILL).mkdir(parents=True, exist_ok=True, mode=0o700)
    made = duckdb.connect(
        ":memory:",
        config={
            "threads": THREADS,
            "memory_limit": memory,
            "temp_directory": str(where / SPILL / str(os.getpid())),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "python_enable_replacements": False,
            "preserve_insertion_order": False,
        },
    )
    made.execute("SET TimeZone = 'Asia/Shanghai'")
    made.execute(f"SET allowed_directories = [{quoted(f'{where}/')}]")
    made.execute("SET enable_external_access = false")
    made.execute("SET parquet_metadata_cache = true")
    made.execute(f"SET disabled_optimizers = '{LEFT_ALONE}'")
    made.execute("SET lock_configuration = true")
    return made


def quoted(text: object) -> str:
    """Return a text (or a path) as a literal in SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def names(paths: list[Path]) -> str:
    """Return file names as a list in SQL."""
    return f"[{', '.join(quoted(path) for path in paths)}]"
