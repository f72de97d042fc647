from django.apps import AppConfig


class AccessConfig(AppConfig):
    """权限 (Access)."""

    name = "bihuan.core.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"
