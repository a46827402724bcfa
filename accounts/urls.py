"""Addresses under /account/ that concern who one is; those about one's things are in generations."""

from django.urls import include, path

from accounts import views

urlpatterns = [
    path("first-admin/<str:token>/", views.first_admin, name="account-first-admin"),
    path("", include("allauth.urls")),
]
