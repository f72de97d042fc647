"""Mail: the county's relay where `BIHUAN_SMTP_URL` names one, else messages stay in the sink."""

from __future__ import annotations

from django.conf import settings

from bihuan.core.messages.channels import Channel, Kept


def channel() -> Channel:
    """Return the mail channel of this installation."""
    if not settings.BIHUAN.smtp_url:
        return Kept()
    from bihuan.adapters.mail.smtp import Relay, SmtpChannel

    return SmtpChannel(Relay.parse(settings.BIHUAN.smtp_url), settings.BIHUAN.mail_from)
