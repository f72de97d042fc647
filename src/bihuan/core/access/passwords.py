"""What a password must be: long rather than odd, nobody's guess, not the officer's own name."""

from __future__ import annotations

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import get_language

from bihuan.core.access.models import Officer
from bihuan.core.spec.text import Text

SHORTEST = 10

RULES = {
    "short": Text(f"密码至少 {SHORTEST} 位", f"A password has at least {SHORTEST} characters"),
    "digits": Text("密码不能全是数字", "A password cannot be digits alone"),
    "common": Text("这个密码太常见,容易被猜到", "This password is one of the commonest and easily guessed"),
    "own_name": Text("密码不能包含用户名", "A password cannot contain the user name"),
}


class PasswordPolicy:
    """Django's password validator of the county."""

    def __init__(self) -> None:
        self._common = CommonPasswordValidator()

    def validate(self, password: str, user: Officer | None = None) -> None:
        """Raise ValidationError that names every rule the password breaks, in the reader's language."""
        broken = [name for name, breaks in self._broken(password, user).items() if breaks]
        if broken:
            raise ValidationError([ValidationError(_said(RULES[name]), code=name) for name in broken])

    def get_help_text(self) -> str:
        """Return the rules in one sentence, in the reader's language."""
        text = Text(
            f"至少 {SHORTEST} 位,不能全是数字,不能是常见密码或包含用户名",
            f"At least {SHORTEST} characters, not digits alone, not a common one, without the user name",
        )
        return _said(text)

    def _broken(self, password: str, user: Officer | None) -> dict[str, bool]:
        username = (user.username if user else "").casefold()
        return {
            "short": len(password) < SHORTEST,
            "digits": password.isdigit(),
            "common": password.casefold().strip() in self._common.passwords,
            "own_name": len(username) >= 3 and username in password.casefold(),
        }


def _said(text: Text) -> str:
    return text.in_language(get_language() or "zh-hans")
