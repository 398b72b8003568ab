"""What stands behind the sign-in of app.py: a page that says who is signed in, and a call with the access token."""

from authlib.integrations.flask_client import token_update
from flask import redirect, render_template_string, session

from app import app, oauth

PAGE = """<!DOCTYPE html><title>Flask</title>
{% if session.user %}
<pre>{{ session.user | tojson(indent=2) }}</pre>
<p>Access token …<span id="access-token">{{ session.token.access_token[-12:] }}</span></p>
<a id="refresh" href="/call">Call an API</a> <a id="sign-out" href="/logout">Sign out</a>
{% else %}
<a id="sign-in" href="/login">Sign in</a>
{% endif %}"""


@app.get("/")
def home():
    return render_template_string(PAGE)


@app.get("/call")
def call():
    """Authlib gets another access token first when this one is within a minute of its end."""
    oauth.signet.userinfo(token=session["token"])
    return redirect("/")


@token_update.connect_via(app)
def save(sender, name, token, **old):
    session["token"] = token
