"""Every address of the site: includes only."""

from django.contrib import admin
from django.urls import include, path

from generations.api import openapi, reference
from generations.api.urls import api
from webapp import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("account/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("v1/openapi.json", openapi.document_view, name="openapi"),
    path("v1/", api.urls),
    path("docs/", reference.reference, name="docs"),
    path("", include("generations.live.routing")),
    path("", include("generations.views.urls")),
]

handler400 = "generations.views.errors.bad_request"
handler403 = "generations.views.errors.forbidden"
handler404 = "generations.views.errors.not_found"
handler429 = "generations.views.errors.too_many"  # no name of Django's: allauth looks here
handler500 = "generations.views.errors.server_error"
