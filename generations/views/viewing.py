"""What this viewer wants to see of pictures that are marked as sensitive: kept with a person, else in the session."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.models import Sensitive, User
from generations.errors import FieldError, InvalidInput

KEY = "sensitive"


def sees(request: HttpRequest) -> str:
    """hide, blur or show."""
    if request.user.is_authenticated:
        return str(request.user.sensitive)
    kept = request.session.get(KEY, "")
    return kept if kept in Sensitive.values else Sensitive.BLUR.value


@require_POST
def viewing(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("sensitive", "")
    if wanted not in Sensitive.values:
        raise InvalidInput([FieldError("sensitive", "Choose hide, blur or show.")])
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(sensitive=wanted)
    else:
        request.session[KEY] = wanted
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if is_ours else "/explore/")
