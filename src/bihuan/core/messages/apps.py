from django.apps import AppConfig


class MessagesConfig(AppConfig):
    """消息 (Messages)."""

    name = "bihuan.core.messages"
    label = "outbox"
    default_auto_field = "django.db.models.BigAutoField"
