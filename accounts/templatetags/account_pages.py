"""What the account pages ask of the site's settings."""

from django import template
from django.conf import settings

from accounts import switches

register = template.Library()


@register.simple_tag
def site_sends_mail() -> bool:
    return bool(settings.HAS_MAIL)


@register.simple_tag
def sign_up_is_open() -> bool:
    return switches.may_sign_up()
