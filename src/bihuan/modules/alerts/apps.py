from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """预警名单 (pushed lists: signed for, verified, fed back)."""

    name = "bihuan.modules.alerts"
    label = "alerts"
    default_auto_field = "django.db.models.BigAutoField"
