"""A request is done once, however often it is sent: its outcome is kept under its idempotency key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, Self, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.matters import store
from bihuan.core.matters.errors import NotDone


class Kept(Protocol):
    """An outcome that can be kept and given again."""

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as it is kept."""

    @classmethod
    def again(cls, kept: dict[str, Any], /) -> Self:
        """Return the outcome of an earlier, equal request."""


T = TypeVar("T", bound=Kept)


def once(kind: type[T], actor: Actor, key: str, mark: bytes, work: Callable[[], T]) -> T:
    """Do the work in one transaction and keep its outcome; the same request again brings the first one's.

    Where the work is refused, a twin of this request may have been under way when it began (a reply was lost and
    the request sent again): then the twin is what refuses it, and its outcome is the answer to both.
    Raises KeyReused where the key came with another body before, and whatever the work raises.
    """
    try:
        with transaction.atomic():
            kept = store.earlier_result(actor, key, mark)
            if kept is not None:
                return kind.again(kept)
            outcome = work()
            store.remember(actor, key, mark, outcome.as_json(), timezone.now())
            return outcome
    except (IntegrityError, NotDone):
        kept = store.earlier_result(actor, key, mark)
        if kept is None:
            raise
        return kind.again(kept)
