from django.apps import AppConfig


class LoopsConfig(AppConfig):
    """What joins modules (环节衔接)."""

    name = "bihuan.loops"
    label = "loops"
    default_auto_field = "django.db.models.BigAutoField"
