"""The studio: the composer, and the strip of what was made lately."""

from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import SignInNeeded, TooMany
from accounts.guests import ensure_person
from accounts.models import User
from generations import access, queries, schema
from generations.errors import FieldError, InvalidInput, NeedsPassing, OverLimit, QueueFull, RoomUsed
from generations.ids import is_id
from generations.models import Prediction
from generations.services import grids, inputs, plans, policies, predictions, sources
from generations.services.plans import Plan
from generations.views import examples, marks
from generations.views.composer import (
    KEY,
    NEW,
    ORIGIN,
    PASSED,
    PLAN,
    Composer,
    composer,
    fields_apart,
    of_address,
    typed,
    unsent,
    version_asked,
)

STARTING = "The engine is starting. Your prompt is kept: send it in a few seconds."
OUT_OF_ORDER = (
    "The engine is out of order, so nothing was sent. Your prompt is kept: send it when that is mended."
)
UNKNOWN = "There is no such model on this site. Your prompt is kept: send it again for the model shown here."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def studio(request: HttpRequest) -> HttpResponse:
    return (
        _create(request)
        if request.method == "POST"
        else page(request, of_address(request.user, request.GET, request.session))
    )


def _create(request: HttpRequest) -> HttpResponse:
    version, data = version_asked(request.POST, request.user), typed(request.POST)
    if version is None:
        return _no_version(request, data)
    is_first = request.user.is_anonymous or NEW in request.POST
    key, origin = request.POST.get(KEY, ""), request.POST.get(ORIGIN, "")
    shown = partial(composer, version, data, key=key, origin=origin, user=request.user)
    try:
        if missed := unsent(version, request.POST):
            raise InvalidInput([FieldError(name, sources.NOT_SENT) for name in missed])
        values = schema.parse_form(version.schema, _sent(request), ignore=fields_apart(request.POST))
        plan = plans.plan_of_braces(request.user, version, values)
        if plan is not None:
            return _planned(request, plan, shown())
        passed = frozenset({request.POST.get(PASSED, "")})
        policies.check(_who(request), version.schema, values, passed=passed)
        source = access.origin_read(request.user, origin)
        person = ensure_person(request)
        key_once = key if is_id(key) else None
        here = f"{request.scheme}://{request.get_host()}"
        named = inputs.resolve(person, version.schema, values, origins=[here], with_pictures=False)
        made = predictions.create(
            person,
            version,
            named.values,
            idempotency_key=key_once,
            origin=source,
            passed=passed,
            given=named.given,
        )
    except InvalidInput as error:
        refused = replace(shown(error.by_field()), marks=marks.of_errors(error.fields, data))
        return _again(request, refused, status=422)
    except NeedsPassing as error:
        return _again(request, _warned(shown(), error, data), status=202)
    except (OverLimit, TooMany) as error:
        status = 503 if isinstance(error, QueueFull) else 429
        refused = shown(sentence=error.sentence)
        return _again(request, refused, status=status, retry_after_s=error.retry_after_s)
    except RoomUsed as error:
        return _again(request, shown(sentence=error.sentence), status=403)
    except SignInNeeded:
        return _to_sign_in(request, data)
    return _made(request, made, data, is_first=is_first)


def _who(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _warned(shown: Composer, error: NeedsPassing, data: dict[str, str]) -> Composer:
    """A rule warns: everything as it was typed, and a button that sends it all the same."""
    return replace(
        shown,
        warnings=[warning.sentence for warning in error.warnings],
        passing=error.token,
        marks=marks.of_errors(error.warnings, data),
    )


def _planned(request: HttpRequest, plan: Plan, shown: Composer) -> HttpResponse:
    """A prompt with choices: first how many pictures it makes and what they take, then the grid."""
    plans.check_day(request.user, plan.cells)
    if request.POST.get(PLAN) != str(plan.cells):
        asked = replace(shown, plan=plan, left=queries.left_for_grids(request.user))
        return _again(request, asked, status=202)
    grid = grids.create(ensure_person(request), plan, id=shown.key)
    address = reverse("grid", args=[grid.pk])
    return HttpResponse(headers={"HX-Redirect": address}) if request.htmx else redirect(address)


def _no_version(request: HttpRequest, data: dict[str, str]) -> HttpResponse:
    """Never another model in silence: the person sees which one is offered, and sends again."""
    offered = queries.default_version()
    if offered is None:
        broken = queries.is_out_of_order()
        shown = composer(None, data, sentence=OUT_OF_ORDER if broken else STARTING)
        return _again(request, shown, status=503, retry_after_s=60 if broken else 5)
    return _again(request, composer(offered, data, sentence=UNKNOWN, user=request.user), status=422)


def _sent(request: HttpRequest) -> QueryDict:
    """The fields of the form, an uploaded file among them under its name: for the schema to refuse."""
    if not request.FILES:
        return request.POST
    sent = request.POST.copy()
    sent.update(request.FILES)
    return sent


def page(request: HttpRequest, shown: Composer, *, status: int = 200) -> HttpResponse:
    strip = queries.strip(request.user) if request.user.is_authenticated else []
    pictures = [] if strip else examples.of(shown.version)
    models = queries.served_models()
    context = {"composer": shown, "strip": strip, "pictures": pictures, "models": models}
    return render(request, "generations/studio.html", context, status=status)


def _again(
    request: HttpRequest, shown: Composer, *, status: int, retry_after_s: int | None = None
) -> HttpResponse:
    """The composer with everything as it was typed, and what to do about it."""
    if request.htmx:
        response = render(request, "generations/_composer.html", {"composer": shown}, status=status)
        response["HX-Retarget"], response["HX-Reswap"] = "#composer", "outerMorph"
    else:
        response = page(request, shown, status=status)
    if retry_after_s is not None:
        response["Retry-After"] = str(retry_after_s)
    return response


def _made(request: HttpRequest, made: Prediction, data: dict[str, str], *, is_first: bool) -> HttpResponse:
    if not request.htmx:
        return redirect("prediction", made.pk)
    context: dict[str, Any] = {
        "snapshot": queries.snapshot(made),
        "composer": composer(made.version, data, user=request.user),
        "is_first": is_first,
    }
    return render(request, "generations/_made.html", context)


def _to_sign_in(request: HttpRequest, data: dict[str, str]) -> HttpResponse:
    """What was typed waits in the address that sign-in leads back to."""
    response = redirect_to_login(f"{reverse('studio')}?{urlencode(data)}")
    return HttpResponse(status=204, headers={"HX-Redirect": response.url}) if request.htmx else response
