"""What the verification forms are chosen from: officers by post, languages."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.spec import Snapshot, Text
from bihuan.kit.fields import Option
from bihuan.modules.verification.matter import VERIFIER, VISITOR
from bihuan.modules.verification.roster import LANGUAGES, colleagues


def _officers(actor: Actor, *posts: str) -> list[Option]:
    """Return the officers of these posts, those on shift first; names masked as on every list."""
    made = []
    for one in colleagues(actor.jurisdiction, timezone.now(), posts):
        here = Text("在班", "on shift") if one.on_shift else Text("不在班", "off shift")
        words = Text(
            f"{one.masked} · {one.organ.zh} · {here.zh}", f"{one.masked} · {one.organ.en} · {here.en}"
        )
        made.append(Option(one.id, words))
    return made


def verifying_officers(item: Snapshot, actor: Actor) -> list[Option]:
    """Return whom a verification may be given to: callers where it is called, visitors where it is visited."""
    if item.state == "to_call":
        return _officers(actor, VERIFIER.code)
    if item.state == "to_visit":
        return _officers(actor, VISITOR.code)
    return _officers(actor, VERIFIER.code, VISITOR.code)


def visiting_officers(item: Snapshot, actor: Actor) -> list[Option]:
    """Return who may visit."""
    return _officers(actor, VISITOR.code)


def languages(item: Snapshot, actor: Actor) -> list[Option]:
    """Return the languages besides the common one."""
    return [Option(code, text) for code, text in LANGUAGES.items()]


LISTS: dict[str, Callable[[Snapshot, Actor], list[Option]]] = {
    "verifying_officers": verifying_officers,
    "visiting_officers": visiting_officers,
    "languages": languages,
}
