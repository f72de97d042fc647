"""Text messages: the gateway where `BIHUAN_SMS_URL` names one, else messages stay in the sink."""

from __future__ import annotations

from django.conf import settings

from bihuan.core.messages.channels import Channel, Kept


def channel() -> Channel:
    """Return the SMS channel of this installation."""
    if not settings.BIHUAN.sms_url:
        return Kept()
    from bihuan.adapters.sms.gateway import GatewayChannel

    token = settings.BIHUAN.sms_token
    return GatewayChannel(settings.BIHUAN.sms_url, token.get_secret_value() if token else "")
