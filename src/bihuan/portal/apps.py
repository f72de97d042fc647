from django.apps import AppConfig


class PortalConfig(AppConfig):
    """公众入口 (Portal)."""

    name = "bihuan.portal"
    label = "portal"
