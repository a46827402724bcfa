"""AUTOMATIC1111's web UI and its kin: one text, prompt first, then "Negative prompt: …", then "Steps: 20, Seed: 7"."""

import re

from generations.importing.found import PROMPT_MAX, Found, number_of

LINE_MAX = 4000  # of the last line, with the settings
FEW = 3  # settings make a line of settings; fewer are words of the prompt
_SETTING = re.compile(r'\s*(\w[\w \-/]{0,60}):\s*("(?:\\.|[^\\"])*"|[^,]*)(?:,|$)')
NAMES = {
    "Seed": "seed",
    "Steps": "steps",
    "CFG scale": "guidance",
    "Guidance": "guidance",
    "Distilled CFG Scale": "guidance",
    "Sampler": "sampler",
    "Schedule type": "scheduler",
    "Denoising strength": "strength",
    "Style": "style",
    "Clip skip": "clip_skip",
    "VAE": "vae",
    "Hires upscaler": "hires_upscaler",
    "Lora hashes": "loras",
}


def read(texts: dict[str, str]) -> Found | None:
    told = next((texts[name] for name in ("parameters", "UserComment") if texts.get(name, "").strip()), "")
    if not told:
        return None
    *lines, last = told[: 3 * PROMPT_MAX].strip().splitlines()
    settings = dict(_SETTING.findall(last[:LINE_MAX]))
    if len(settings) < FEW:
        lines, settings = [*lines, last], {}
    found = Found("AUTOMATIC1111")
    prompt, _, negative = "\n".join(lines).partition("Negative prompt:")
    found.put("prompt", prompt)
    found.put("negative_prompt", negative)
    _put_settings(found, settings)
    return found


def _put_settings(found: Found, settings: dict[str, str]) -> None:
    for title, name in NAMES.items():
        if title in settings:
            number = number_of(settings[title])
            found.put(name, settings[title].strip('"') if number is None else number)
    width, _, height = settings.get("Size", "").partition("x")
    for name, text in (("width", width), ("height", height)):
        found.put(name, number_of(text))
    found.name_model(settings.get("Model"))
