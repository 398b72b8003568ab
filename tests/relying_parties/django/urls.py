"""A page that says who is signed in, and one that makes the session due to be renewed."""

from django.shortcuts import redirect, render
from django.urls import path


def home(request):
    return render(request, "home.html")


def due(request):
    """mozilla-django-oidc renews the session at the first page after this time."""
    request.session["oidc_id_token_expiration"] = 0
    return redirect("/")


urlpatterns = [path("", home), path("due", due, name="due")]
