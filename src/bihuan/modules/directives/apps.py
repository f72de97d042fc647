from django.apps import AppConfig


class DirectivesConfig(AppConfig):
    """合成作战指令 (directives: signed for, worked, fed back)."""

    name = "bihuan.modules.directives"
    label = "directives"
    default_auto_field = "django.db.models.BigAutoField"
