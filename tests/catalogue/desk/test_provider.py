"""Signing in with an organization's account (OpenID Connect): who was invited gets in, and nobody else."""

import json
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from tests.catalogue.desk import browsing
from tests.catalogue.desk.conftest import PASSWORD
from tests.conftest import Reply, Site


def provider(site: Site, claims: dict[str, object]) -> None:
    """The three addresses of a provider that matter to a client, for somebody with these claims."""

    def answer(value: object) -> Reply:
        return Reply(json.dumps(value).encode(), 200, {"Content-Type": "application/json"})

    known = {
        "issuer": site.url, "authorization_endpoint": f"{site.url}/authorize", "token_endpoint": f"{site.url}/token",
        "userinfo_endpoint": f"{site.url}/userinfo", "jwks_uri": f"{site.url}/keys",
    }  # fmt: skip
    site.routes["/.well-known/openid-configuration"] = lambda query: answer(known)
    site.routes["/token"] = lambda query: answer({"access_token": "a", "token_type": "Bearer", "expires_in": 60})
    site.routes["/userinfo"] = lambda query: answer(claims)


def trusting(site: Site) -> dict[str, str]:
    """The settings of a desk that takes this provider's word."""
    return {
        "CATALOGUE_OIDC_URL": site.url, "CATALOGUE_OIDC_CLIENT": "desk", "CATALOGUE_OIDC_SECRET": "secret",
        "CATALOGUE_PASSWORD": PASSWORD,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("email", "verified", "gets_in"),
    [("focal@xa.example", True, True), ("focal@xa.example", False, False), ("stranger@xa.example", True, False)],
)
def test_who_was_invited_gets_in_by_the_address_that_the_provider_vouches_for(email, verified, gets_in, site, tmp_path):
    provider(site, {"sub": "1", "email": email, "email_verified": verified, "name": "Somebody"})
    with browsing.desk(tmp_path / "home", trusting(site)) as (catalogue, url), requests.Session() as session:
        catalogue.run("people", "add", "focal@xa.example", "--state", "XA")
        page = session.get(f"{url}/fr/accounts/login/", timeout=30).text
        (action,) = re.findall(r'action="(/accounts/\S+/login/)"', page)
        token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0]
        sent = session.post(url + action, {"csrfmiddlewaretoken": token}, timeout=30, allow_redirects=False)
        asked = parse_qs(urlsplit(sent.headers["Location"]).query)
        assert sent.headers["Location"].startswith(f"{site.url}/authorize")
        assert asked["code_challenge_method"] == ["S256"]
        assert "/fr/" not in asked["redirect_uri"][0]
        session.get(asked["redirect_uri"][0], params={"code": "c", "state": asked["state"][0]}, timeout=30)
        answer = session.get(f"{url}/en/desk/XA/", timeout=30, allow_redirects=False)
        assert (answer.status_code == 200) == gets_in
        people = catalogue.json("people", "list")
        assert [person["email"] for person in people] == ["focal@xa.example"]


@pytest.mark.skipif(browsing.CHROMIUM is None, reason="Chromium is absent")
def test_a_browser_is_led_to_the_provider_and_back(site, tmp_path):
    provider(site, {"sub": "1", "email": "focal@xa.example", "email_verified": True, "name": "Somebody"})

    def authorize(query: dict[str, str]) -> Reply:
        return Reply(
            b"", 302, {"Location": f"{query['redirect_uri']}?{urlencode({'code': 'c', 'state': query['state']})}"}
        )

    site.routes["/authorize"] = authorize
    with browsing.desk(tmp_path / "home", trusting(site)) as (catalogue, url), browsing.browser() as browser:
        catalogue.run("people", "add", "focal@xa.example", "--state", "XA")
        page = browser.new_context().new_page()
        page.goto(f"{url}/en/accounts/login/")
        page.click("form[action$='/login/'][action*='oidc'] button")
        page.wait_for_url(re.compile(r"/desk/XA/"))
