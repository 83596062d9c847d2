"""Signing in and out, passwords and time-based codes: allauth's pages that are open here. Nobody signs up by himself."""

from allauth.account import views
from allauth.mfa import urls as mfa
from django.conf import settings
from django.shortcuts import redirect
from django.urls import include, path

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("signup/", lambda request: redirect("account_login"), name="account_signup"),
    path("logout/", views.logout, name="account_logout"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    path("password/reset/key/<uidb36>-<key>/", views.password_reset_from_key, name="account_reset_password_from_key"),
    path("password/reset/key/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("2fa/", include(mfa)),
]
if "allauth.socialaccount" in settings.INSTALLED_APPS:
    urlpatterns += [path("social/", include("allauth.socialaccount.urls"))]
