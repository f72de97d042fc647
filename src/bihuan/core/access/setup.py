"""What a county has before anybody configures it: its organs, and who acts at the command line."""

from __future__ import annotations

from django.conf import settings

from bihuan.core.access.actors import Actor
from bihuan.core.access.models import Organ
from bihuan.core.spec.posts import REGISTRAR, Post

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
