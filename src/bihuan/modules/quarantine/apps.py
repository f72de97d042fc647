from django.apps import AppConfig


class QuarantineConfig(AppConfig):
    """集中隔离 (quarantine sites as one closed loop)."""

    name = "bihuan.modules.quarantine"
    label = "quarantine"
    default_auto_field = "django.db.models.BigAutoField"
