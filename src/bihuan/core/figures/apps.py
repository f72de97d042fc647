from django.apps import AppConfig


class FiguresConfig(AppConfig):
    """指标 (Figures)."""

    name = "bihuan.core.figures"
    label = "figures"
    default_auto_field = "django.db.models.BigAutoField"
