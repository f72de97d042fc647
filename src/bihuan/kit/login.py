"""The login form, in both languages."""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from bihuan.core.access.login import address_of, lock_text, locked_until
from bihuan.core.spec.text import Text
from bihuan.kit.forms import KitRenderer
from bihuan.kit.language import lazily


class LoginForm(AuthenticationForm):
    """Account and password; says the same whether the account is unknown or the password is wrong."""

    default_renderer = KitRenderer
    error_messages = {
        "invalid_login": lazily(
            Text(
                "账号或密码不对。密码区分大小写，请重新输入。",
                "Account or password is not right. Capitals matter; please type them again.",
            )
        ),
        "inactive": lazily(
            Text("这个账号已停用，请联系系统管理岗。", "This account is closed; ask your administrator.")
        ),
    }
    username = forms.CharField(
        label=lazily(Text("账号", "Account")),
        max_length=64,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "class": "form-control",
                "autofocus": True,
            }
        ),
        error_messages={"required": lazily(Text("请填写账号", "Enter your account"))},
    )
    password = forms.CharField(
        label=lazily(Text("密码", "Password")),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "class": "form-control"}),
        error_messages={"required": lazily(Text("请填写密码", "Enter your password"))},
    )

    def get_invalid_login_error(self) -> ValidationError:
        """Say that the account does not open, or until when it is locked after too many attempts."""
        until = locked_until(self.cleaned_data.get("username") or "", address_of(self.request))
        if until is not None:
            return ValidationError(lazily(lock_text(until)), code="locked")
        return super().get_invalid_login_error()
