"""ComfyUI: a graph of nodes as JSON, in "prompt" as it was run, or in "workflow" as it was drawn.

The sampler is looked for, and from it the links are followed to the texts, the size and the model.
"""

from typing import Any

from generations.importing.found import Found, object_of

NODES, HOPS = 2000, 40
Graph = dict[str, dict[str, Any]]
SAMPLER = {
    "seed": "seed",
    "noise_seed": "seed",
    "steps": "steps",
    "cfg": "guidance",
    "sampler_name": "sampler",
    "scheduler": "scheduler",
    "denoise": "strength",
}
# The values of a node that was drawn stand without names, in this order.
WIDGETS = {
    "KSampler": ("seed", "", "steps", "cfg", "sampler_name", "scheduler", "denoise"),
    "KSamplerAdvanced": ("", "noise_seed", "", "steps", "cfg", "sampler_name", "scheduler"),
    "CLIPTextEncode": ("text",),
    "EmptyLatentImage": ("width", "height"),
    "EmptySD3LatentImage": ("width", "height"),
    "CheckpointLoaderSimple": ("ckpt_name",),
    "UNETLoader": ("unet_name",),
}


def read(texts: dict[str, str]) -> Found | None:
    """PNGs name the two texts; a WebP has them as "prompt:{…}" in the EXIF's Model and "workflow:{…}" in its Make."""
    run = texts.get("prompt") or texts.get("Model", "").removeprefix("prompt:")
    drawn = texts.get("workflow") or texts.get("Make", "").removeprefix("workflow:")
    graph = _as_run(object_of(run)) or _as_drawn(object_of(drawn))
    sampler = next((node for node in graph.values() if _is_sampler(node)), None)
    return None if sampler is None else _found(graph, sampler["inputs"])


def _found(graph: Graph, sampler: dict[str, Any]) -> Found:
    found = Found("ComfyUI")
    found.put("prompt", _along(graph, sampler.get("positive"), ("text", "text_g", "string", "value")))
    found.put(
        "negative_prompt", _along(graph, sampler.get("negative"), ("text", "text_g", "string", "value"))
    )
    for theirs, ours in SAMPLER.items():
        value = sampler.get(theirs)
        if isinstance(value, list):
            value = _along(graph, value, ("seed", "noise_seed", "value", "int"))
        found.put(ours, value)
    for name in ("width", "height"):
        found.put(name, _along(graph, sampler.get("latent_image"), (name,)))
    found.name_model(_along(graph, sampler.get("model"), ("ckpt_name", "unet_name", "model_name")))
    return found


def _is_sampler(node: dict[str, Any]) -> bool:
    return "positive" in node["inputs"] and "steps" in node["inputs"]


def _along(graph: Graph, link: Any, names: tuple[str, ...]) -> Any:
    """The first value under one of `names` that the nodes behind `link` have, the nearest first."""
    waiting, seen = [link], set()
    for _ in range(HOPS):
        if not waiting:
            return None
        at = waiting.pop(0)
        id = str(at[0]) if isinstance(at, list) and at else ""
        if id in seen or id not in graph:
            continue
        seen.add(id)
        inputs = graph[id]["inputs"]
        plain = [inputs[name] for name in names if name in inputs and not isinstance(inputs[name], list)]
        if plain:
            return plain[0]
        waiting += [value for value in inputs.values() if isinstance(value, list)]
    return None


def _as_run(told: dict[str, Any]) -> Graph:
    return {
        str(id): node
        for id, node in list(told.items())[:NODES]
        if isinstance(node, dict) and isinstance(node.get("inputs"), dict)
    }


def _as_drawn(told: dict[str, Any]) -> Graph:
    """The same shape from the other: links by number, values by the order of each kind of node."""
    nodes, links = told.get("nodes"), told.get("links")
    if not isinstance(nodes, list) or not isinstance(links, list):
        return {}
    sources = {link[0]: link[1] for link in links[: 4 * NODES] if _is_link(link)}
    graph: Graph = {}
    for node in nodes[:NODES]:
        if isinstance(node, dict):
            graph[str(node.get("id"))] = {"inputs": {**_widgets(node), **_links(node, sources)}}
    return graph


def _is_link(link: Any) -> bool:
    return isinstance(link, list) and len(link) >= 2 and all(isinstance(each, int) for each in link[:2])


def _widgets(node: dict[str, Any]) -> dict[str, Any]:
    values, names = node.get("widgets_values"), WIDGETS.get(str(node.get("type")), ())
    if not isinstance(values, list):
        return {}
    return {name: value for name, value in zip(names, values, strict=False) if name}


def _links(node: dict[str, Any], sources: dict[int, int]) -> dict[str, list[Any]]:
    inputs = node.get("inputs")
    found: dict[str, list[Any]] = {}
    for each in inputs[:100] if isinstance(inputs, list) else []:
        link = each.get("link") if isinstance(each, dict) else None
        if isinstance(link, int) and link in sources:
            found[str(each.get("name"))] = [str(sources[link]), 0]
    return found
