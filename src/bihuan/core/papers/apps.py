from django.apps import AppConfig


class PapersConfig(AppConfig):
    """文书 (Papers)."""

    name = "bihuan.core.papers"
    label = "papers"
    default_auto_field = "django.db.models.BigAutoField"
