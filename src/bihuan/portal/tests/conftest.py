"""The county of the quarantine module's tests, as the person's pages need it."""

from bihuan.modules.quarantine.tests.conftest import built, county, queries_of, signed_in

__all__ = ["built", "county", "queries_of", "signed_in"]
