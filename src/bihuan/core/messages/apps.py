from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class MessagesConfig(AppConfig):
    """消息 (Messages)."""

    name = "bihuan.core.messages"
    label = "outbox"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what the modules say in messages: each module's `messages.py`, where it has one."""
        for config in apps.get_app_configs():
            name = f"{config.name}.messages"
            if config.name.startswith("bihuan.") and find_spec(name) is not None:
                import_module(name)
