"""Whom a matter tells when it comes to a state, and with which words."""

from __future__ import annotations

from dataclasses import dataclass

from bihuan.core.spec.posts import Post


@dataclass(frozen=True, slots=True)
class Tell:
    """Who is told that a matter entered a state. `template` is the code of a message declared in `messages.py`.

    `to=PUBLIC`: the person concerned, by text message where a telephone is known. A post: its officers on duty
    whom the matter reaches, inside the application, and by mail where they gave an address; whoever took the
    step knows already.
    """

    to: Post | tuple[Post, ...]
    template: str

    @property
    def posts(self) -> tuple[Post, ...]:
        """Return the posts that are told, always as a tuple."""
        return (self.to,) if isinstance(self.to, Post) else self.to
