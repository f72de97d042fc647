from django.apps import AppConfig


class MattersConfig(AppConfig):
    """事项 (Matters)."""

    name = "bihuan.core.matters"
    label = "matters"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hold every declaration to its promises before anything runs."""
        from bihuan.core.matters import checks  # noqa: F401
