"""Second factors of officers' accounts: TOTP and passkeys by allauth, in our words, their secrets sealed."""

from __future__ import annotations

import base64
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from bihuan.core.spec.text import Text
from bihuan.kit.language import lazily, said


def _sealer() -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"bihuan second factor").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of second factors encrypted with a key outside the database, and speaks both languages."""

    error_messages = {
        "add_email_blocked": lazily(
            Text("这个账号不能添加邮箱", "No e-mail address can be added to this account")
        ),
        "cannot_delete_authenticator": lazily(
            Text("不能停用两步验证", "Two-step verification cannot be switched off")
        ),
        "cannot_generate_recovery_codes": lazily(
            Text(
                "先启用两步验证，再生成备用码",
                "Switch on two-step verification first, then make recovery codes",
            )
        ),
        "incorrect_code": lazily(
            Text(
                "验证码不对，或已过期。请填写现在显示的 6 位数",
                "The code is wrong or has expired. Enter the 6 digits shown now",
            )
        ),
        "unverified_email": lazily(Text("邮箱尚未核实", "The e-mail address is not verified")),
    }

    def get_totp_issuer(self) -> str:
        """Return the name under which the officer's app lists this county."""
        return said(Text(f"闭环 {settings.BIHUAN.county}", f"Bihuan {settings.BIHUAN.county_en}"))

    def encrypt(self, text: str) -> str:
        """Seal a secret before it goes to the database."""
        return _sealer().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret; InvalidToken where it was changed or sealed with another county's key."""
        return _sealer().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """Return the name a new key gets before the officer gives it a better one."""
        return said(Text("我的钥匙", "My key"))
