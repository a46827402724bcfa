"""InvokeAI: a JSON object in "invokeai_metadata", or in older files in "sd-metadata"."""

from typing import Any

from generations.importing.found import Found, object_of

NAMES = {
    "positive_prompt": "prompt",
    "negative_prompt": "negative_prompt",
    "prompt": "prompt",
    "seed": "seed",
    "steps": "steps",
    "cfg_scale": "guidance",
    "guidance": "guidance",
    "width": "width",
    "height": "height",
    "strength": "strength",
    "scheduler": "sampler",
    "sampler": "sampler",
}


def read(texts: dict[str, str]) -> Found | None:
    told = object_of(texts.get("invokeai_metadata", ""))
    if told:
        return _found(told, model=told.get("model"))
    older = object_of(texts.get("sd-metadata", ""))
    image = older.get("image")
    return _found(image, model=older.get("model_weights")) if isinstance(image, dict) else None


def _found(told: dict[str, Any], *, model: Any) -> Found:
    found = Found("InvokeAI")
    for theirs, ours in NAMES.items():
        found.put(ours, _text(told[theirs]) if theirs in told else None)
    if isinstance(model, dict):
        model = model.get("name") or model.get("model_name")
    found.name_model(model)
    return found


def _text(value: Any) -> Any:
    """Older files hold prompts as [{"prompt": "…", "weight": 1}]."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return value[0].get("prompt")
    return value
