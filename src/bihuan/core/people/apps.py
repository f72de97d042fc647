from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """人员 (People)."""

    name = "bihuan.core.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
