from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """登记导入 (Registers in)."""

    name = "bihuan.core.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"
