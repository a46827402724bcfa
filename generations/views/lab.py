"""The grid lab: any two settings in rows and columns; how many pictures that makes is said before anything is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import TooMany
from accounts.guests import ensure_person
from generations import queries, schema
from generations.errors import InvalidInput, OverLimit
from generations.models import Version
from generations.sentences import plain
from generations.services import grids, plans
from generations.services.plans import Plan, Wish
from generations.views.composer import (
    KEY,
    PLAN,
    Composer,
    composer,
    fields_apart,
    of_address,
    typed,
    version_asked,
)

SIDES = ("rows", "columns")
PARTS = ("field", "values", "find")
LAB = "lab"  # the form was sent by the lab itself
LAB_FIELDS = frozenset({LAB, *(f"{side}-{part}" for side in SIDES for part in PARTS)})
CHOICES_SHOWN = 12
STARTING = "The engine is starting. What you wrote is kept: try again in a few seconds."


@dataclass(frozen=True, slots=True)
class Option:
    """A setting that can stand along a side. `hint`: values that it takes."""

    name: str
    label: str
    hint: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the form: rows or columns, as typed."""

    name: str
    options: list[Option]
    values: str
    find: str
    wrong_field: str = ""
    wrong_values: str = ""
    wrong_find: str = ""


@dataclass(frozen=True, slots=True)
class Lab:
    """`plan`: what would be made, when all of the form fits."""

    composer: Composer
    sides: list[Side] = field(default_factory=list)
    plan: Plan | None = None
    left: int = 0
    sentence: str = ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def grid_new(request: HttpRequest) -> HttpResponse:
    """The form, empty or from the composer; sent by itself how many pictures; confirmed (`composer-plan`) the grid."""
    if request.method != "POST":
        return _page(
            request, _lab(request, of_address(request.user, request.GET, request.session), QueryDict())
        )
    version, data = version_asked(request.POST, request.user), typed(request.POST)
    if version is None:
        offered = composer(queries.default_version(), data)
        return _page(request, Lab(offered, sentence=STARTING), status=503)
    shown = composer(version, data, key=request.POST.get(KEY, ""), user=request.user)
    if LAB not in request.POST:
        return _page(request, _lab(request, shown, QueryDict()))
    try:
        plan = _plan(request, version)
        plans.check_day(request.user, plan.cells)
        if request.POST.get(PLAN) == str(plan.cells):
            return _made(request, plan, shown)
    except InvalidInput as error:
        return _refused(request, version, data, error)
    except (OverLimit, TooMany) as error:
        return _page(request, _lab(request, shown, request.POST, sentence=error.sentence), status=429)
    return _page(request, _lab(request, shown, request.POST, plan=plan))


def _plan(request: HttpRequest, version: Version) -> Plan:
    values = schema.parse_form(version.schema, request.POST, ignore=fields_apart(request.POST) | LAB_FIELDS)
    rows, columns = (_wish(request.POST, side) for side in SIDES)
    return plans.plan(request.user, version, values, rows=rows, columns=columns)


def _wish(data: QueryDict, side: str) -> Wish | None:
    """None where no setting is chosen."""
    name, values, find = (data.get(f"{side}-{part}", "") for part in PARTS)
    return Wish(name, values, find) if name else None


def _made(request: HttpRequest, plan: Plan, shown: Composer) -> HttpResponse:
    grid = grids.create(ensure_person(request), plan, id=shown.key)
    address = reverse("grid", args=[grid.pk])
    return HttpResponse(headers={"HX-Redirect": address}) if request.htmx else redirect(address)


def _refused(
    request: HttpRequest, version: Version, data: Mapping[str, str], error: InvalidInput
) -> HttpResponse:
    """Each complaint at its field; what has none, and what the part that htmx swaps has no place for, by the button."""
    told = error.by_field()
    at_sides = {name: sentence for name, sentence in told.items() if name in LAB_FIELDS}
    rest = {name: sentence for name, sentence in told.items() if name not in LAB_FIELDS}
    shown = composer(version, data, rest, key=request.POST.get(KEY, ""), user=request.user)
    sentence = error.sentence if request.htmx else shown.sentence
    lab = _lab(request, shown, request.POST, errors=at_sides, sentence=sentence)
    return _page(request, lab, status=422)


def _lab(
    request: HttpRequest,
    shown: Composer,
    data: QueryDict,
    *,
    plan: Plan | None = None,
    errors: Mapping[str, str] | None = None,
    sentence: str = "",
) -> Lab:
    if shown.version is None:
        return Lab(shown, sentence=STARTING)
    sides = [_side(side, shown.version, data, errors or {}) for side in SIDES]
    left = queries.left_for_grids(request.user)
    return Lab(shown, sides, plan=plan, left=max(0, left), sentence=sentence)


def _side(side: str, version: Version, data: QueryDict, errors: Mapping[str, str]) -> Side:
    chosen = data.get(f"{side}-field", "")
    options = [_option(version, name, label, chosen) for name, label in _settings(version)]
    return Side(
        name=side,
        options=options,
        values=data.get(f"{side}-values", ""),
        find=data.get(f"{side}-find", ""),
        **{f"wrong_{part}": errors.get(f"{side}-{part}", "") for part in PARTS},
    )


def _settings(version: Version) -> list[tuple[str, str]]:
    words = [("prompt", "Words in the prompt")] if "prompt" in version.schema.get("properties", {}) else []
    return [*words, *((each.name, each.label) for each in plans.axis_fields(version))]


def _option(version: Version, name: str, label: str, chosen: str) -> Option:
    return Option(name, label, _hint(version, name), is_chosen=name == chosen)


def _hint(version: Version, name: str) -> str:
    """Values that would do, for the field's placeholder."""
    known = {each.name: each for each in plans.axis_fields(version)}.get(name)
    if known is None:
        return "one on each line, or {the name of a list}"
    if known.choices:
        return ", ".join(map(plain, known.choices[:CHOICES_SHOWN]))
    if known.type == "boolean":
        return "on, off"
    if name == "seed":
        return "4 random, or 7, 8, 9"
    if known.is_number:
        low = known.lowest if known.lowest is not None else 1
        high = known.highest if known.highest is not None else low + 4
        return f"{plain(float(low))}–{plain(float(high))}, such as 8, 12, 20 or 8–20 by 4"
    return "one on each line"


def _page(request: HttpRequest, lab: Lab, *, status: int = 200) -> HttpResponse:
    template = "generations/_lab_count.html" if request.htmx else "generations/lab.html"
    return render(request, template, {"lab": lab}, status=status)
