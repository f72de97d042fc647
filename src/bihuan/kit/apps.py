from django.apps import AppConfig


class KitConfig(AppConfig):
    """页面部件 (Kit)."""

    name = "bihuan.kit"
    label = "kit"
