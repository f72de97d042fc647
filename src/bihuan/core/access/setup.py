"""What a county has before anybody configures it: its organs, its first administrator, who acts at the command line."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from bihuan.core.access import configuration
from bihuan.core.access.actors import Actor, running, system_actor
from bihuan.core.access.errors import Denied
from bihuan.core.access.models import Officer, Organ
from bihuan.core.spec.posts import ADMINISTRATOR, REGISTRAR, Post
from bihuan.core.spec.text import Text

ORGANS = (
    ("committee", "委政法委", "Political-Legal Committee"),
    ("court", "人民法院", "People's Court"),
    ("procuratorate", "人民检察院", "People's Procuratorate"),
    ("police", "公安局", "Public Security Bureau"),
    ("justice", "司法局", "Justice Bureau"),
    ("health", "卫生健康局", "Health Commission"),
)


def ensure_organs() -> None:
    """Make the organs that every county has; those that exist, or were renamed, are left as they are."""
    env = settings.BIHUAN
    Organ.objects.bulk_create(
        (
            Organ(
                code=f"{env.jurisdiction}-{kind}",
                kind=kind,
                name_zh=f"{env.county}{zh}",
                name_en=f"{env.county_en} {en}",
                jurisdiction=env.jurisdiction,
            )
            for kind, zh, en in ORGANS
            if not Organ.objects.filter(kind=kind, jurisdiction=env.jurisdiction).exists()
        ),
        ignore_conflicts=True,
    )


def command_line_actor(post: Post = REGISTRAR) -> Actor:
    """Return who acts when the administrator works at the command line: a post, no officer's account."""
    ensure_organs()
    organ = Organ.objects.filter(kind=post.organ, jurisdiction=settings.BIHUAN.jurisdiction).first()
    return Actor(None, post.code, organ.code if organ else None, settings.BIHUAN.jurisdiction, None, "命令行")


def ensure_administrator(username: str, password: str, name: str = "") -> tuple[Officer, bool]:
    """Make an administrator's account, or give one a new password; returns it, and whether it is new.

    Whoever may run this on the county's machine holds its keys anyway; the ledger says that the system did it.
    Raises Denied (no name for a new account; an account that is no administrator's or is closed),
    ValidationError for a weak password.
    """
    ensure_organs()
    system = system_actor(settings.BIHUAN.jurisdiction)
    officer = Officer.objects.filter(username=username.strip()).first()
    with transaction.atomic():
        if officer is not None:
            if not officer.is_active or not running(officer).filter(post=ADMINISTRATOR.code).exists():
                raise Denied(
                    Text(
                        "这个账号不是在任的系统管理员：请另用一个账号名",
                        "This account is no serving administrator's: choose another account name",
                    )
                )
            configuration.set_password(officer, password, actor=system)
            return officer, False
        officer = configuration.create_officer(username, password, name, actor=system)
        organ = Organ.objects.filter(kind=ADMINISTRATOR.organ, jurisdiction=system.jurisdiction).order_by(
            "code"
        )[0]
        configuration.appoint(officer, organ, ADMINISTRATOR.code, actor=system)
    return officer, True


def nobody_yet() -> bool:
    """Tell whether the county has no account at all, so that nobody can sign in. One query."""
    return not Officer.objects.exists()
