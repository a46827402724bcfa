"""Who may do what: one table of every address, for a GET and a POST of every kind of person."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLResolver, get_resolver

from accounts import second_factor
from accounts.models import User
from generations.models import Collection, RegisteredModel
from tests.conftest import PASSWORD
from tests.security.conftest import Things
from webapp import health

pytestmark = pytest.mark.django_db

PEOPLE = ("owner", "other", "guest", "guest owner", "nobody", "staff", "superuser")
# name → (address, statuses of a GET, statuses of a POST), a status for each of PEOPLE or one for all.
# "in" is the way to sign-in. What an owner's address leads to is theirs; all others see the owner's.
IN_FOR_GUESTS = "{0} {0} in in in {0} {0}"
HIDDEN_PAGE = "200 404 404 200 in 404 404"
MEMBERS_PAGE = "200 200 200 200 in 200 200"
HIDDEN_VERB = "302 404 404 302 404 404 404"
MINE = "200 200 200 200 in 200 200"
ADMINISTRATORS_PAGE = "404 404 in in in 403 200"
ADMINISTRATORS_404 = "404 404 in in in 403 404"
ADMINISTRATORS_FORM = "404 404 in in in 403 422"
STAFF_ONLY = "in in in in in {0} {1}"
GALLERY = {
    "gallery": ("/gallery/", "200", "405"),
    "gallery-bin": ("/gallery/bin/", "200 200 200 200 in 200 200", "405"),
    "gallery-bin-empty": ("/gallery/bin/empty/", "405", "302"),
    "output": ("/gallery/{output}/", HIDDEN_PAGE, "405"),
    "output-favourite": ("/gallery/{output}/favourite/", "405", HIDDEN_VERB),
    "output-trash": ("/gallery/{output}/trash/", "405", HIDDEN_VERB),
    "output-restore": ("/gallery/{binned}/restore/", "405", HIDDEN_VERB),
    "output-delete": ("/gallery/{binned}/delete/", "405", HIDDEN_VERB),
    "output-download": ("/gallery/{output}/download/png/", HIDDEN_PAGE, "405"),
    "import": ("/import/", "200", "422"),
    "verify": ("/verify/", "200", "422"),
    "upload": ("/uploads/", "405", "400"),  # no file and no field: a bad form for everyone
    "media-upload": ("{picture}", "200", "405"),  # the link itself is the right
    "media-api": ("{for_programs}", "200", "405"),  # the link itself is the right
    "media": ("{media}", "200", "405"),  # the link itself is the right
    "output-rate": ("/gallery/{output}/rate/", "405", HIDDEN_VERB),
    "output-tag": ("/gallery/{output}/tag/", "405", HIDDEN_VERB),
    "output-place": ("/gallery/{output}/place/", "405", HIDDEN_VERB),
}
ORGANISE = {
    "albums": ("/albums/", MINE, "302 302 302 302 in 302 302"),
    "album": ("/albums/{album}/", HIDDEN_PAGE, "405"),
    "album-rename": ("/albums/{album}/rename/", "405", HIDDEN_VERB),
    "album-delete": ("/albums/{album}/delete/", "405", HIDDEN_VERB),
    "album-move": ("/albums/{album}/move/", "405", HIDDEN_VERB),
    "album-cover": ("/albums/{album}/cover/", "405", HIDDEN_VERB),
    "album-order": ("/albums/{album}/order/", "405", HIDDEN_VERB),
    "tags": ("/tags/", MINE, "405"),
    "tag-rename": ("/tags/{tag}/rename/", "405", HIDDEN_VERB),
    "tag-delete": ("/tags/{tag}/delete/", "405", HIDDEN_VERB),
    "searches": ("/searches/", MINE, "302 302 302 302 in 302 302"),
    "search-rename": ("/searches/{search}/rename/", "405", HIDDEN_VERB),
    "search-delete": ("/searches/{search}/delete/", "405", HIDDEN_VERB),
    "cull": ("/gallery/cull/", MINE, "405"),
    "cull-compare": ("/gallery/cull/compare/?a={output}&b={output}", HIDDEN_PAGE, "405"),
    "cull-verdict": ("/gallery/cull/verdict/", "405", HIDDEN_VERB),
    "cull-undo": ("/gallery/cull/undo/", "405", HIDDEN_VERB),
    "bulk": ("/bulk/", "405", "302 400 400 302 in 400 400"),  # chosen is what is the owner's
    "bulk-count": ("/bulk/count/", MINE, "405"),
    "bulk-state": ("/bulk/{bulk}/", HIDDEN_PAGE, "405"),
    "bulk-undo": ("/bulk/{bulk}/undo/", "405", HIDDEN_VERB),
}
HIDDEN_FORM = "302 404 404 302 in 404 404"
SHARES = {
    "output-share": ("/gallery/{output}/share/", HIDDEN_PAGE, HIDDEN_FORM),
    "output-sensitive": ("/gallery/{output}/sensitive/", "405", HIDDEN_FORM),
    "prediction-share": ("/predictions/{prediction}/share/", HIDDEN_PAGE, HIDDEN_FORM),
    "album-share": ("/albums/{album}/share/", HIDDEN_PAGE, HIDDEN_FORM),
    "grid-share": ("/grids/{grid}/share/", HIDDEN_PAGE, HIDDEN_FORM),
    "links": ("/links/", "200 200 200 200 in 200 200", "405"),
    "link": ("/links/{share}/", HIDDEN_PAGE, HIDDEN_FORM),
    "link-revoke": ("/links/{share}/revoke/", "405", HIDDEN_FORM),
    # the link itself is the right
    "share": ("/s/{token}/", "200", "405"),
    "share-open": ("/s/{token}/open/", "405", "302"),
    "share-like": ("/s/{token}/like/", "405", "403 403 302 302 in 403 403"),
    "share-card": ("/s/{token}/card.jpg", "200", "405"),
    "share-embed": ("/s/{token}/embed/", "200", "405"),
    "share-report": ("/s/{token}/report/", "200", "422"),
    "share-download": ("/s/{token}/download/{output}/png/", "200", "405"),
    "media-shown": ("{shown}", "200", "405"),
    "report": ("/reports/{receipt}/", "200", "405"),
    "oembed": ("/oembed/?url=http://testserver/s/{token}/", "200", "405"),
}
EXPLORE = {
    "rules": ("/rules/", "200", "405"),
    "transparency": ("/transparency/", "200", "405"),
    "transparency-json": ("/transparency/numbers.json", "200", "405"),
    "explore": ("/explore/", "200", "405"),
    "explore-feed": ("/explore/feed/", "200", "405"),
    "explore-model": ("/explore/safelight/picto/", "200", "405"),
    "model-feed": ("/explore/safelight/picto/feed/", "200", "405"),
    "profile": ("/@alice/", "200", "405"),
    "profile-feed": ("/@alice/feed/", "200", "405"),
    "profile-block": ("/@alice/block/", "405", "403 302 302 302 in 302 302"),
    "account-blocked": ("/account/blocked/", "200 200 302 302 in 200 200", "405"),
    "viewing": ("/viewing/", "405", "400"),
    "sitemap": ("/sitemap.xml", "200", "405"),
    "robots": ("/robots.txt", "200", "405"),
}
STUDIO = {
    "studio": ("/", "200", "422"),
    "prediction": ("/predictions/{prediction}/", HIDDEN_PAGE, "405"),
    "prediction-cancel": ("/predictions/{prediction}/cancel/", "405", "302 404 404 302 in 404 404"),
    "prediction-again": ("/predictions/{prediction}/again/", "302 404 404 302 in 404 404", "405"),
    "output-lineage": ("/gallery/{output}/lineage/", HIDDEN_PAGE, "405"),
    "output-vary": ("/gallery/{output}/vary/", "405", "302 404 404 302 in 404 404"),
    "prompts": ("/prompts/", MEMBERS_PAGE, "405"),
    "prompts-recent": ("/prompts/recent/", "200", "405"),
    "prompts-forget": ("/prompts/forget/", "405", "404 404 404 404 in 404 404"),
    "snippets": ("/snippets/", "200", "405"),
    "snippet-new": ("/snippets/new/", "200", "200"),
    "snippet": ("/snippets/{snippet}/", HIDDEN_PAGE, "422 404 404 422 in 404 404"),
    "snippet-delete": ("/snippets/{snippet}/delete/", "405", "302 404 404 302 in 404 404"),
    "grids": ("/grids/", MEMBERS_PAGE, "405"),
    "grid-new": ("/grids/new/", "200", "200"),
    "grid": ("/grids/{grid}/", HIDDEN_PAGE, "405"),
    "grid-add": ("/grids/{grid}/add/", "405", "422 404 404 422 in 404 404"),
    "grid-retry": ("/grids/{grid}/retry/", "405", "400 404 404 400 in 404 404"),
    "grid-extend": ("/grids/{grid}/extend/", "405", "400 404 404 400 in 404 404"),
    "grid-cancel": ("/grids/{grid}/cancel/", "405", "302 404 404 302 in 404 404"),
    "grid-rename": ("/grids/{grid}/rename/", "405", "422 404 404 422 in 404 404"),
    "grid-delete": ("/grids/{grid}/delete/", "405", "302 404 404 302 in 404 404"),
    "live-stream": ("/live/stream/?person=1", "200 200 200 200 404 200 200", "405"),
}
CATALOGUE = {
    "models": ("/models/", "200", "405"),
    "collection": ("/collections/text-to-image/", "200", "405"),
    "model": ("/models/safelight/picto/", "200", "405"),
    "model-api": ("/models/alice/hers/api/", "200 404 404 404 404 404 404", "405"),
    "model-examples": ("/models/alice/hers/examples/", "200 404 404 404 404 404 404", "405"),
    "model-example-show": ("/models/safelight/picto/examples/show/", "405", "403 403 302 302 in 403 404"),
    "model-example-hide": ("/models/safelight/picto/examples/hide/", "405", "403 403 302 302 in 403 404"),
    "model-versions": ("/models/alice/hers/versions/", "200 404 404 404 404 404 404", "405"),
    "model-readme": ("/models/alice/hers/readme/", "200 404 404 404 404 404 404", "405"),
    "docs": ("/docs/", "200", "405"),
    "openapi": ("/v1/openapi.json", "200", "405"),
}
ACCOUNT = {
    "account": ("/account/", "200 200 200 200 in 200 200", "405"),
    "account-profile": ("/account/profile/", "405", "302 302 302 302 in 302 302"),
    "account-export": ("/account/export/", "405", "200 200 200 200 in 200 200"),
    "account-delete": ("/account/delete/", "200 200 200 200 in 200 200", "422 422 422 422 in 422 422"),
    "account-notices": ("/account/notices/", MINE, "405"),
    "account-notice": ("/account/notices/{notice}/", HIDDEN_PAGE, "405"),
    "notice-appeal": ("/account/notices/{notice}/appeal/", "405", "422 404 404 422 in 404 404"),
    "account-deleted": ("/account/deleted/", "200", "405"),
    "account-sign-out-everywhere": (
        "/account/sign-out-everywhere/",
        "405",
        "302 302 302 302 in 302 302",
    ),
    "tokens": ("/account/tokens/", "200 200 302 302 in 200 200", "422 422 302 302 in 422 422"),
    "webhooks": ("/account/webhooks/", "200 200 302 302 in 200 200", "405"),
    "webhook-secret-new": ("/account/webhooks/secret/", "405", "302 302 302 302 in 302 302"),
    "delivery-again": ("/account/webhooks/{delivery}/again/", "405", "302 404 302 302 in 404 404"),
    "token-revoke": ("/account/tokens/{api_token}/revoke/", "405", "302 404 302 302 in 404 404"),
    "account-first-admin": ("/account/first-admin/forged/", "410", "410"),
    "account_login": ("/account/login/", "200", "200"),
    "account_signup": ("/account/signup/", "200", "200"),
    "account_logout": ("/account/logout/", "200 200 302 302 302 200 200", "302"),
    "account_inactive": ("/account/inactive/", "200", "405"),
    "account_reauthenticate": (
        "/account/reauthenticate/",
        IN_FOR_GUESTS.format(200),
        IN_FOR_GUESTS.format(200),
    ),
    "account_email": ("/account/email/", IN_FOR_GUESTS.format(200), IN_FOR_GUESTS.format(302)),
    "account_email_verification_sent": ("/account/confirm-email/", "200", "405"),
    "account_confirm_email": ("/account/confirm-email/MQ:1abc:forged/", "200", "404"),
    "account_change_password": (
        "/account/password/change/",
        IN_FOR_GUESTS.format(200),
        IN_FOR_GUESTS.format(200),
    ),
    "account_set_password": ("/account/password/set/", IN_FOR_GUESTS.format(302), IN_FOR_GUESTS.format(302)),
    "account_reset_password": ("/account/password/reset/", "200", "200"),
    "account_reset_password_done": ("/account/password/reset/done/", "200", "405"),
    "account_reset_password_from_key": ("/account/password/reset/key/1-abc-forged/", "200", "200"),
    "account_reset_password_from_key_done": ("/account/password/reset/key/done/", "200", "405"),
    "account_confirm_login_code": (
        "/account/login/code/confirm/",
        IN_FOR_GUESTS.format(302),
        IN_FOR_GUESTS.format(302),
    ),
}
# To whoever is no staff nothing is here; a guest is led to sign-in.
DESK = "404 404 in in in {0} {1}"
DESK_VERB = "404 404 in in in {0} {1}"
MODERATION = {
    "desk-queue": ("/moderation/", DESK.format(200, 200), "405"),
    "desk-next": ("/moderation/next/", "405", DESK_VERB.format(302, 302)),
    "case": ("/moderation/cases/{case}/", DESK.format(200, 200), "405"),
    "case-open": ("/moderation/cases/{case}/open/", "405", DESK_VERB.format(403, 422)),
    "case-reveal": ("/moderation/cases/{case}/reveal/", "405", DESK_VERB.format(302, 302)),
    "case-picture": ("/moderation/cases/{case}/pictures/{output}/", DESK.format(404, 404), "405"),
    "case-decide": ("/moderation/cases/{case}/decide/", "405", DESK_VERB.format(422, 422)),
    "case-escalate": ("/moderation/cases/{case}/escalate/", "405", DESK_VERB.format(409, 409)),
    "case-claim": ("/moderation/cases/{case}/claim/", "405", DESK_VERB.format(302, 409)),
    "decision-undo": ("/moderation/decisions/{output}/undo/", "405", DESK_VERB.format(404, 404)),
    "appeals": ("/moderation/appeals/", DESK.format(200, 200), "405"),
    "appeal": ("/moderation/appeals/{output}/", DESK.format(404, 404), DESK_VERB.format(404, 404)),
    "reviews": ("/moderation/reviews/", DESK.format(200, 200), "405"),
    "review": ("/moderation/reviews/999/", DESK.format(404, 404), DESK_VERB.format(404, 404)),
}
FACTORS = {
    "mfa_index": ("/account/2fa/", IN_FOR_GUESTS.format(200), IN_FOR_GUESTS.format(405)),
    "mfa_authenticate": (
        "/account/2fa/authenticate/",
        IN_FOR_GUESTS.format(302),
        IN_FOR_GUESTS.format(302),
    ),
    "mfa_reauthenticate": (
        "/account/2fa/reauthenticate/",
        "302 302 in in in 200 200",  # staff have a factor to show
        "302 302 in in in 200 200",
    ),
    "mfa_activate_totp": (
        "/account/2fa/totp/activate/",
        IN_FOR_GUESTS.format(302),
        IN_FOR_GUESTS.format(302),
    ),
    "mfa_deactivate_totp": (
        "/account/2fa/totp/deactivate/",
        "404 404 in in in 302 302",
        "404 404 in in in 302 302",
    ),
    "mfa_view_recovery_codes": (
        "/account/2fa/recovery-codes/",
        IN_FOR_GUESTS.format(404),
        IN_FOR_GUESTS.format(405),
    ),
    "mfa_generate_recovery_codes": (
        "/account/2fa/recovery-codes/generate/",
        IN_FOR_GUESTS.format(302),
        IN_FOR_GUESTS.format(302),
    ),
    "mfa_download_recovery_codes": (
        "/account/2fa/recovery-codes/download/",
        IN_FOR_GUESTS.format(404),
        IN_FOR_GUESTS.format(404),
    ),
    "mfa_list_webauthn": ("/account/2fa/webauthn/", IN_FOR_GUESTS.format(200), IN_FOR_GUESTS.format(405)),
    "mfa_add_webauthn": ("/account/2fa/webauthn/add/", IN_FOR_GUESTS.format(302), IN_FOR_GUESTS.format(302)),
    "mfa_reauthenticate_webauthn": (
        "/account/2fa/webauthn/reauthenticate/",
        IN_FOR_GUESTS.format(302),
        IN_FOR_GUESTS.format(302),
    ),
    "mfa_remove_webauthn": (
        "/account/2fa/webauthn/keys/999/remove/",
        IN_FOR_GUESTS.format(302),
        IN_FOR_GUESTS.format(302),
    ),
    "mfa_edit_webauthn": (
        "/account/2fa/webauthn/keys/999/edit/",
        IN_FOR_GUESTS.format(302),
        IN_FOR_GUESTS.format(302),
    ),
    "mfa_login_webauthn": ("/account/2fa/webauthn/login/", "in", "in"),
}
PLAIN = {
    "healthz": ("/healthz", "200", "405"),
    "readyz": ("/readyz", "200", "405"),
}
STAFF = {
    "admin:index": ("/admin/", STAFF_ONLY.format(302, 200), STAFF_ONLY.format(302, 200)),
    "admin:login": ("/admin/login/", "403 403 in in in 302 302", "403 403 in in in 302 302"),
    "admin:logout": ("/admin/logout/", "302 302 302 302 302 405 405", "302 302 302 302 302 200 200"),
    "admin:password_change": (
        "/admin/password_change/",
        STAFF_ONLY.format(200, 200),
        STAFF_ONLY.format(200, 200),
    ),
    "admin:password_change_done": (
        "/admin/password_change/done/",
        STAFF_ONLY.format(200, 200),
        STAFF_ONLY.format(405, 405),
    ),
    "admin:autocomplete": ("/admin/autocomplete/", STAFF_ONLY.format(403, 403), STAFF_ONLY.format(405, 405)),
    "admin:jsi18n": ("/admin/jsi18n/", STAFF_ONLY.format(200, 200), STAFF_ONLY.format(405, 405)),
    "admin:view_on_site": ("/admin/r/1/1/", STAFF_ONLY.format(404, 404), STAFF_ONLY.format(404, 404)),
    "admin:app_list": ("/admin/accounts/", STAFF_ONLY.format(404, 200), STAFF_ONLY.format(404, 200)),
    "admin:auth_user_password_change": (
        "/admin/accounts/user/{owner}/password/",
        STAFF_ONLY.format(403, 200),
        STAFF_ONLY.format(403, 200),
    ),
}
NAMED_ALONE = "404 404 in in in 404 404"  # not even a superuser
ADMINISTRATORS = {
    "staff-named": ("/moderation/people/{owner}/named/", "405", ADMINISTRATORS_FORM),
    "staff-sealed": ("/moderation/sealed/", NAMED_ALONE, "405"),
    "sealed-ask": ("/moderation/sealed/{output}/ask/", "405", NAMED_ALONE),
    "sealed-agree": ("/moderation/sealed/{output}/agree/", "405", NAMED_ALONE),
    "sealed-read": ("/moderation/sealed/{output}/read/", "405", NAMED_ALONE),
    "staff-numbers": ("/moderation/numbers/", "404 404 in in in 200 200", "405"),
    "staff-statements": ("/moderation/statements/", ADMINISTRATORS_PAGE, ADMINISTRATORS_FORM),
    "staff-people": ("/moderation/people/", ADMINISTRATORS_PAGE, "405 405 405 405 405 405 405"),
    "staff-person": ("/moderation/people/{owner}/", "405", ADMINISTRATORS_FORM),
    "staff-switches": ("/moderation/switches/", ADMINISTRATORS_PAGE, ADMINISTRATORS_FORM),
    "staff-rules": ("/moderation/rules/", ADMINISTRATORS_PAGE, "405"),
    "staff-rule-new": ("/moderation/rules/new/", ADMINISTRATORS_PAGE, ADMINISTRATORS_FORM),
    "staff-rule": ("/moderation/rules/of/nothing/", ADMINISTRATORS_404, "405"),
    "staff-rule-version": ("/moderation/rules/{output}/", ADMINISTRATORS_404, ADMINISTRATORS_404),
    "staff-rule-try": ("/moderation/rules/{output}/try/", "405", ADMINISTRATORS_404),
    "staff-rule-step": ("/moderation/rules/{output}/shadow/", "405", ADMINISTRATORS_404),
    "staff-blocked": ("/moderation/blocked/", ADMINISTRATORS_PAGE, ADMINISTRATORS_FORM),
    "staff-blocked-agree": ("/moderation/blocked/{output}/agree/", "405", ADMINISTRATORS_404),
    "staff-blocked-lift": ("/moderation/blocked/{output}/lift/", "405", ADMINISTRATORS_404),
    "staff-audit": ("/moderation/audit/", ADMINISTRATORS_PAGE, "405"),
}
# What may be done to the rows of a model by staff without a right of their own, and by a superuser.
ROWS = {
    "changelist": ("", "403 200"),
    "add": ("add/", "403 {add}"),
    "change": ("{row}/change/", "403 {change}"),
    "delete": ("{row}/delete/", "403 {delete}"),
    "history": ("{row}/history/", "{history}"),
}
MODELS: dict[str, tuple[str, dict[str, str]]] = {
    "accounts_user": (
        "/admin/accounts/user/",
        {"row": "{owner}", "add": "200", "change": "200", "delete": "403", "history": "403 200"},
    ),
    "generations_report": (
        "/admin/generations/report/",
        {"row": "none", "add": "403", "change": "{shown}", "delete": "403", "history": "302 302"},
    ),
    "generations_share": (
        "/admin/generations/share/",
        {"row": "none", "add": "403", "change": "{shown}", "delete": "403", "history": "302 302"},
    ),
    "accounts_handle": (
        "/admin/accounts/handle/",
        {"row": "none", "add": "403", "change": "302", "delete": "403", "history": "302 302"},
    ),
    "account_emailaddress": (
        "/admin/account/emailaddress/",
        {"row": "999", "add": "200", "change": "302", "delete": "302", "history": "302 302"},
    ),
    "mfa_authenticator": (
        "/admin/mfa/authenticator/",
        {"row": "999", "add": "403", "change": "{shown}", "delete": "302", "history": "302 302"},
    ),
}


def _row_pages() -> Iterator[tuple[str, tuple[str, str, str]]]:
    for model, (base, words) in MODELS.items():
        for verb, (end, statuses) in ROWS.items():
            line = "in in in in in " + statuses.format(**words)
            address = base + end.replace("{row}", words["row"])
            yield f"admin:{model}_{verb}", (address, line.format(shown=302), line.format(shown=403))


# What the forms of these addresses hold; none of them minds a field that it does not know.
POSTED = {
    "is_favourite": "1",
    "rating": "3",
    "name": "winter",
    "words": "cat",
    "output": "{output}",
    "verb": "rate",
    "id": "{output}",
    "verdict": "keep",
    "action": "{bulk}",
}
TABLE = {
    **GALLERY,
    **ORGANISE,
    **SHARES,
    **EXPLORE,
    **STUDIO,
    **CATALOGUE,
    **ACCOUNT,
    **MODERATION,
    **FACTORS,
    **PLAIN,
    **STAFF,
    **ADMINISTRATORS,
    **dict(_row_pages()),
}


def names_of(resolver: Any, space: str = "") -> Iterator[str]:
    """All but the API's, where a token says who asks: tests/security/test_api_rights.py has their table."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace != "api":
            yield from names_of(pattern, space + (f"{pattern.namespace}:" if pattern.namespace else ""))
        elif not isinstance(pattern, URLResolver) and pattern.name:
            yield space + pattern.name


def as_word(response: HttpResponse) -> str:
    is_door = response.status_code == 302 and "/login/" in response["Location"]
    return "in" if is_door else str(response.status_code)


def line_of(statuses: str) -> dict[str, str]:
    words = statuses.split()
    return dict(zip(PEOPLE, words if len(words) > 1 else words * len(PEOPLE), strict=True))


@pytest.fixture
def everyone(
    alice: User, bob: User, guest: User, moderator: User, things_of: Callable[..., Things]
) -> dict[str, tuple[User | None, Things]]:
    """Each kind of person, with whose things they ask for."""
    User.objects.filter(pk=alice.pk).update(handle="alice", has_profile=True)
    owner_guest = User.objects.create_guest()
    boss = User.objects.create_superuser("boss@example.org", PASSWORD)
    hers = things_of(alice)
    RegisteredModel.objects.create(owner="alice", name="hers", user=alice, visibility="private")
    Collection.objects.create(slug="text-to-image", name="Make images")
    found = dict.fromkeys(PEOPLE, (None, hers))
    for who, user in zip(PEOPLE, (alice, bob, guest, owner_guest, None, moderator, boss), strict=True):
        found[who] = (user, hers)
    found["guest owner"] = (owner_guest, things_of(owner_guest))
    return found


@pytest.fixture(autouse=True)
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the site is ready is asked elsewhere."""

    async def engines() -> dict[str, str]:
        return {}

    async def layer_answers() -> bool:
        return True

    monkeypatch.setattr(health, "_engines", engines)
    monkeypatch.setattr(health, "_layer_answers", layer_answers)


def test_table_is_complete() -> None:
    """Every address that has a name stands in the table, and no other."""
    assert set(names_of(get_resolver())) == set(TABLE)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", TABLE)
def test_right(
    everyone: dict[str, tuple[User | None, Things]],
    client_of: Callable[[User | None], Client],
    alice: User,
    name: str,
    method: str,
) -> None:
    """Each address answers each kind of person as the table says."""
    address = TABLE[name][0].replace("{owner}", str(alice.pk))
    expected = line_of(TABLE[name][1 if method == "get" else 2])
    data = POSTED if method == "post" and name in {**GALLERY, **ORGANISE} else {}
    told = {
        who: as_word(getattr(client_of(user), method)(things.fill(address), things.filled(data)))
        for who, (user, things) in everyone.items()
    }
    assert told == expected


@pytest.mark.parametrize("name", TABLE)
def test_no_post_without_its_token(
    everyone: dict[str, tuple[User | None, Things]], alice: User, name: str
) -> None:
    """A form of another site reaches no address at all, whoever is signed in."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(everyone["superuser"][0])
    address = everyone["owner"][1].fill(TABLE[name][0].replace("{owner}", str(alice.pk)))
    assert browser.post(address, headers={"Origin": "https://elsewhere.example"}).status_code in (403, 405)


STAFF_PAGES = {name: row[0] for name, row in TABLE.items() if row[0].startswith(second_factor.ASKED_FOR)}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "name", [name for name, address in STAFF_PAGES.items() if not address.startswith(second_factor.FREE)]
)
def test_no_staff_page_without_a_second_factor(
    everyone: dict[str, tuple[User | None, Things]], alice: User, client: Client, name: str, method: str
) -> None:
    """Whoever has every right and no second factor is led to where one is set up, by every page of the staff."""
    client.force_login(everyone["superuser"][0])
    address = everyone["owner"][1].fill(STAFF_PAGES[name].replace("{owner}", str(alice.pk)))
    answer = getattr(client, method)(address)
    assert (answer.status_code, answer.get("Location")) == (302, "/account/2fa/")


def test_the_bin_of_others_is_not_emptied(
    everyone: dict[str, tuple[User | None, Things]], client_of: Callable[[User | None], Client]
) -> None:
    """To empty the bin empties one's own."""
    client_of(everyone["other"][0]).post("/gallery/bin/empty/")
    assert (
        client_of(everyone["owner"][0]).get(f"/gallery/{everyone['owner'][1].binned.pk}/").status_code == 200
    )


def test_an_account_keeps_its_address(client_of: Callable[[User | None], Client], alice: User) -> None:
    """In the staff pages a person with an account cannot be left without an address."""
    boss = User.objects.create_superuser("boss@example.org")
    answer = client_of(boss).post(f"/admin/accounts/user/{alice.pk}/change/", {"email": ""})
    assert "Only a guest has no address." in answer.content.decode()
