"""Accounts to try a county with: one officer for each post, with a password that only this county has."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from bihuan.core.access.actors import system_actor
from bihuan.core.access.configuration import appoint
from bihuan.core.access.models import Officer, Organ
from bihuan.core.access.recording import record
from bihuan.core.access.setup import ensure_organs
from bihuan.core.matters.registry import declared
from bihuan.core.places.models import Place
from bihuan.core.spec.posts import Post

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no letter that looks like another


@dataclass(frozen=True, slots=True)
class DrillAccount:
    """One account to try a post with, as it is printed for the operator."""

    username: str
    password: str
    post_zh: str
    post_en: str
    organ_zh: str


def create_drill_accounts(
    posts: Iterable[Post], places: Mapping[str, Sequence[UUID]] | None = None
) -> list[DrillAccount]:
    """Make an officer for each post of an organ (or several: `ACCOUNTS` in a module's `drill.py`); return the accounts.

    Again, it makes what is missing.
    `places`: post code → places, for posts that are bound to one; such a post without places is left out. One
    password serves all; it is made for this county, kept in `keys/drill-accounts` (mode 0600) to be printed
    again, and stored hashed in the database. The officers are called after their post, not like people.
    """
    ensure_organs()
    reachable, organs = places or {}, _organs()
    wanted = [
        post
        for post in posts
        if post.organ in organs and (not post.bound_to_place or reachable.get(post.code))
    ]
    password = _password()
    hashed = make_password(password)
    made: list[DrillAccount] = []
    with transaction.atomic():
        for post in wanted:
            organ = organs[post.organ]
            for username in _usernames(post):
                at = reachable.get(post.code, ()) if post.bound_to_place else ()
                _officer(post, username, organ, hashed, at)
                made.append(DrillAccount(username, password, post.zh, post.en, organ.name_zh))
    _keep(made)
    return made


def drill_accounts() -> list[DrillAccount]:
    """Return the accounts as they were printed, or none where the county has no drill accounts."""
    try:
        kept = json.loads(_file().read_text())
    except FileNotFoundError:
        return []
    return [DrillAccount(**account) for account in kept]


def _password() -> str:
    known = drill_accounts()
    if known:
        return known[0].password
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def _organs() -> dict[str, Organ]:
    """Return the county's first organ of each kind."""
    found = Organ.objects.filter(jurisdiction=settings.BIHUAN.jurisdiction).order_by("-code")
    return {organ.kind: organ for organ in found}


def _usernames(post: Post) -> list[str]:
    """Return the accounts of a post: named after it, and numbered where several people try it at once."""
    several = [getattr(module, "ACCOUNTS", {}).get(post.code, 1) for module in declared("drill")]
    return [post.code, *(f"{post.code}_{number}" for number in range(2, max(several, default=1) + 1))]


def _officer(post: Post, username: str, organ: Organ, hashed: str, places: Sequence[UUID]) -> None:
    system = system_actor(organ.jurisdiction)
    officer, new = Officer.objects.get_or_create(
        username=username, defaults={"name": f"演练·{post.zh}"[:40], "password": hashed}
    )
    if new:
        record("access.officer_created", actor=system, payload={"officer": str(officer.id)})
    elif not officer.has_usable_password():  # the drill's story had its officers before anybody could sign in
        officer.password = hashed
        officer.save(update_fields=["password"])
    held = set(
        officer.appointments.filter(until__isnull=True, post=post.code).values_list("place_id", flat=True)
    )
    rows: list[Place | None] = (
        list(Place.objects.filter(id__in=places).order_by("code")) if places else [None]
    )
    for place in rows:
        if (place.id if place else None) not in held:
            appoint(officer, organ, post.code, actor=system, place=place)


def _file() -> Path:
    return Path(settings.BIHUAN.keys) / "drill-accounts"


def _keep(accounts: Sequence[DrillAccount]) -> None:
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump([asdict(account) for account in accounts], out, ensure_ascii=False, indent=1)
    draft.replace(path)
