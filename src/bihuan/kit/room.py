"""No room left: the disk is full, a quota is used up, or the folder may only be read."""

from __future__ import annotations

import errno
from typing import Final

from bihuan.core.spec.text import Text
from bihuan.kit.parts import Notice

NO_ROOM: Final = Notice(
    507,
    Text("服务器磁盘已满，没有保存", "The server's disk is full; nothing was saved"),
    Text(
        "存放文件或数据库的磁盘没有空间，或只能读取。",
        "The disk that holds files or database has no room left, or can only be read.",
    ),
    Text(
        "以前保存的内容都在；这一步完全没有办，没有只办一半。您填写的内容还在浏览器里。",
        "All that was saved before is there; this step was not done, not even by half. "
        "What you typed is still in the browser.",
    ),
    Text(
        "请通知系统管理岗清理或扩充磁盘，然后后退，再提交一次。",
        "Tell the administrator to free or add disk space; then go back and submit again.",
    ),
)
_OF_THE_SYSTEM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
_OF_POSTGRESQL: Final = "53100"  # SQLSTATE disk_full


def lacks_room(error: BaseException | None) -> bool:
    """Tell whether an error, or what caused it, is that nothing more can be written."""
    while error is not None:
        full = isinstance(error, OSError) and error.errno in _OF_THE_SYSTEM
        if full or getattr(error, "sqlstate", None) == _OF_POSTGRESQL:
            return True
        error = error.__cause__ or error.__context__
    return False
