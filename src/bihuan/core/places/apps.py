from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """地点 (Places)."""

    name = "bihuan.core.places"
    label = "places"
    default_auto_field = "django.db.models.BigAutoField"
