"""What may keep a matter from changing. Each says what happened, what was kept, and what to do next."""

from __future__ import annotations

from uuid import UUID

from bihuan.core.spec.matters import Refusal
from bihuan.core.spec.text import Text


class NotDone(Exception):
    """Nothing was changed; `text` says why, in both languages."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.zh)
        self.text = text

    @property
    def lines(self) -> tuple[Text, ...]:
        """Return all there is to say, the reason first; a form shows every line."""
        return (self.text,)


class Refused(NotDone):
    """A guard said no: `refusal` holds the reason, what is missing and the next best thing."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal

    @property
    def lines(self) -> tuple[Text, ...]:
        """Return the reason, what is missing, and the next best thing."""
        instead = self.refusal.instead
        return (self.refusal.reason, *self.refusal.missing, *((instead,) if instead else ()))


class NotAllowed(NotDone):
    """The actor's post may not do this, or not here. Default is deny."""

    def __init__(self) -> None:
        super().__init__(Text("您的岗位不能办理这一步", "Your post may not take this step"))


class NotFromHere(NotDone):
    """The matter stands in a state from which this transition does not start."""

    def __init__(self, transition: Text, state: Text) -> None:
        super().__init__(
            Text(
                f"当前为“{state.zh}”,不能办理“{transition.zh}”",
                f"“{transition.en}” cannot be done while “{state.en}”",
            )
        )


class Stale(NotDone):
    """Somebody was first: the matter is at another version than the one that was looked at."""

    def __init__(self, seen: int, now: int) -> None:
        super().__init__(
            Text(
                f"他人已先办理(您看到第 {seen} 版,现为第 {now} 版)。您填写的内容没有提交,请查看最新情况后再办",
                f"Somebody was first (you saw version {seen}, it is now {now}). Nothing was submitted; "
                "look at the matter as it stands and try again",
            )
        )
        self.seen, self.now = seen, now


class KeyReused(NotDone):
    """The same idempotency key came with another body: refused, because one of the two is not what was meant."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "同一提交编号已用于另一内容,这次没有保存。填写的内容都保留着;确认要另办一次的,核对后再提交",
                "This submission key was used for other content; nothing was saved now. What you typed is kept: "
                "if you mean it as another one, look it over and submit again",
            )
        )


class UnknownMatter(NotDone):
    """There is no such matter, or the actor may not know of it; the two are not told apart."""

    def __init__(self, matter_id: UUID) -> None:
        super().__init__(Text("没有这个事项,或不在您的岗位范围内", "No such matter, or not within your post"))
        self.matter_id = matter_id


class Conflict(NotDone):
    """The database refused what would contradict a standing fact (a room taken, a person elsewhere)."""


class Contradicts(Conflict):
    """The database refused it, and nobody foresaw in which words."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "与已有登记矛盾，没有任何内容被更改。请核对后再办",
                "It contradicts what is recorded; nothing was changed. Check it and try again",
            )
        )


class NotCorrectable(NotDone):
    """The entry to be corrected is none of this matter and this step, or was corrected before."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "这条记录不能由这一步更正，或已经更正过",
                "This entry cannot be corrected by this step, or was corrected already",
            )
        )
