"""Where each page is. Every page has its address in each of the six languages; the API and static files have one."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, include, path

from catalogue.desk.views import (
    checks,
    invitations,
    lists,
    office,
    profile,
    public,
    reporting,
    sources,
    submitting,
)

handler400 = "catalogue.desk.views.trouble.bad"
handler403 = "catalogue.desk.views.trouble.refused"
handler404 = "catalogue.desk.views.trouble.not_found"
handler500 = "catalogue.desk.views.trouble.broken"

PUBLIC = [
    path("", public.home, name="home"),
    path("states/<str:code>/", public.state, name="state"),
    path("states/<str:code>/entries.<slug:kind>", public.download, name="download"),
    path("entries/<uuid:key>/", public.entry, name="entry"),
    path("changes/", public.changes, name="changes"),
    path("start/", public.start, name="start"),
    path("invitation/<str:secret>/", invitations.take_up, name="invitation"),
    path("me/", profile.me, name="me"),
    path("me/data.json", profile.data, name="my-data"),
    path("me/tokens/", profile.tokens, name="tokens"),
    path("me/tokens/<uuid:key>/revoke/", profile.revoke, name="revoke"),
    path("check/", checks.begin, name="check"),
    path("check/<uuid:key>/", checks.follow, name="check-follow"),
]
REPORTING = [
    path("", reporting.register, name="register"),
    path("new/", reporting.new, name="new"),
    path("drafts/<uuid:key>/", reporting.edit, name="edit"),
    path("drafts/<uuid:key>/drop/", reporting.drop, name="drop"),
    path("versions/<uuid:key>/", reporting.version, name="version"),
    path("versions/<uuid:key>/revise/", reporting.revise, name="revise"),
    path("versions/<uuid:key>/confirm/", reporting.confirm, name="confirm"),
    path("versions/<uuid:key>/withdraw/", reporting.withdraw, name="withdraw"),
    path("known/<slug:source>/not-ours/", reporting.not_ours, name="not-ours"),
    path("submit/", submitting.submit, name="submit"),
    path("submissions/<uuid:key>/", submitting.submission, name="submission"),
    path("submissions/<uuid:key>/attachments/<int:number>/", submitting.attachment, name="attachment"),
    path("lists/", lists.upload, name="lists"),
    path("lists/<uuid:key>/", lists.mend, name="list"),
    path("lists/template.xlsx", lists.template, name="template"),
]
OFFICE = [
    path("", office.office, name="office"),
    path("queue/", office.queue, name="queue"),
    path("queue/publish/", office.publish_all, name="publish-all"),
    path("queue/<uuid:key>/", office.entry, name="review"),
    path("submissions/<uuid:key>/accept/", office.accept_all, name="accept-all"),
    path("people/", office.people, name="people"),
    path("people/invitations/<uuid:key>/cancel/", office.cancel, name="cancel-invitation"),
    path("people/<uuid:key>/end/", office.hand_over, name="hand-over"),
    path("sources/", sources.sources, name="sources"),
    path("sources/<slug:key>/", sources.source, name="source"),
    path("sources/<slug:key>/<slug:action>/", sources.act, name="source-act"),
    path("holds/<int:number>/<slug:decision>/", sources.hold, name="hold"),
]
PAGES: list[URLPattern | URLResolver] = [
    *PUBLIC,
    path("desk/<str:code>/", include(REPORTING)),
    path("office/", include(OFFICE)),
]

# A provider knows one address to come back to, whatever the language.
OIDC: list[URLPattern | URLResolver] = (
    [path("accounts/", include("allauth.socialaccount.providers.openid_connect.urls"))]
    if "allauth.socialaccount" in settings.INSTALLED_APPS
    else []
)

urlpatterns = [
    path("", lambda request: redirect("desk:home")),
    *OIDC,
    path("api/v1/", include("catalogue.desk.api.urls")),
    *i18n_patterns(
        path("accounts/", include("catalogue.desk.account_urls")),
        path("", include((PAGES, "desk"))),
    ),
]
