from django.apps import AppConfig


class AccessConfig(AppConfig):
    """权限 (Access)."""

    name = "bihuan.core.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Count failed log-ins, whichever page or backend they come through."""
        from django.contrib.auth.signals import user_logged_in, user_login_failed

        from bihuan.core.access.login import count_failure, forgive

        user_login_failed.connect(count_failure, dispatch_uid="access.count_failure")
        user_logged_in.connect(forgive, dispatch_uid="access.forgive")
