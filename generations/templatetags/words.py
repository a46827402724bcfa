"""Template filters of snippets."""

import json

from django import template

from generations.models import Snippet

register = template.Library()


@register.filter
def values_json(snippet: Snippet) -> str:
    """Its settings as an attribute holds them, for static/js/snippets.js."""
    return json.dumps(snippet.values, ensure_ascii=False)
