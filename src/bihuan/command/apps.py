from django.apps import AppConfig


class CommandConfig(AppConfig):
    """The whole at a glance: worklist of all, situation report."""

    name = "bihuan.command"
    label = "command"
    default_auto_field = "django.db.models.BigAutoField"
