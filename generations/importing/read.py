"""A file's recipe: our own first, then those of three other programs, each in a file of its own."""

from generations import provenance
from generations.errors import BadPicture
from generations.importing import automatic1111, comfyui, invokeai
from generations.importing.found import Found
from generations.importing.texts import texts_of


def read(data: bytes) -> Found | None:
    """None when there is no recipe in it. Raises BadPicture: no picture that is accepted, or a damaged one."""
    texts = texts_of(data)
    own = provenance.read(data)
    if own is not None:
        return _own(own)
    for reader in (invokeai.read, comfyui.read, automatic1111.read):
        found = reader(texts)
        if found is not None and found.values:
            return found
    return None


def _own(recipe: dict[str, object]) -> Found:
    found = Found("Safelight")
    for name, value in list(recipe.items())[:100]:
        if name == "model":
            found.name_model(value)
        else:
            found.put(str(name)[:60], value)
    return found


__all__ = ["BadPicture", "read"]
