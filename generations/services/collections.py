"""Collections: models sorted by what they do, as their schemas tell it."""

from generations import references
from generations.models import Collection, Version

# slug → name, description
KINDS = {
    "text-to-image": ("Make images from words", "Models that draw what a prompt says."),
    "image-to-image": ("Start from an image", "Models that go on from a picture that you give them."),
    "language-models": ("Write text", "Models that answer with words, one after another."),
}


def sort_in(version: Version) -> None:
    """Put the model of a new version into the collections of its kinds; a collection is made with its first model."""
    for slug in _kinds(version):
        name, description = KINDS[slug]
        collection, _ = Collection.objects.get_or_create(
            pk=slug, defaults={"name": name, "description": description}
        )
        collection.models.add(version.model_id)


def _kinds(version: Version) -> list[str]:
    mime = str(version.output.get("mime") or "")
    if mime.startswith("text/"):
        return ["language-models"]
    if not mime.startswith("image/"):
        return []
    properties = version.schema.get("properties", {})
    kinds = ["text-to-image"] if "prompt" in properties else []
    return (
        [*kinds, "image-to-image"] if references.START in references.picture_fields(version.schema) else kinds
    )
