"""Files with recipes as other programs write them, and small ones with any text."""

import json
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.generations.pictures import gradient, saved

A1111 = """a lighthouse in a storm, (oil painting:1.2)
dramatic light
Negative prompt: blurry, text
Steps: 30, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 3141592653, Size: 512x768, \
Model hash: 31e35c80fc, Model: sd_xl_base_1.0, Denoising strength: 0.7, Lora hashes: "add, detail: 7c6bad76eb54", \
Version: v1.10.1"""

COMFY: dict[str, Any] = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 156680208700286,
            "steps": 20,
            "cfg": 8.0,
            "sampler_name": "euler",
            "scheduler": "normal",
            "denoise": 1.0,
            "model": ["4", 0],
            "positive": ["12", 0],
            "negative": ["7", 0],
            "latent_image": ["5", 0],
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "SD15\\dreamshaper_8.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 640, "height": 512, "batch_size": 1}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a glass bottle", "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "watermark", "clip": ["4", 1]}},
    "12": {"class_type": "ControlNetApply", "inputs": {"strength": 1, "conditioning": ["6", 0]}},
}

COMFY_DRAWN: dict[str, Any] = {
    "nodes": [
        {
            "id": 3,
            "type": "KSampler",
            "inputs": [
                {"name": "model", "link": 1},
                {"name": "positive", "link": 4},
                {"name": "negative", "link": 6},
                {"name": "latent_image", "link": 2},
            ],
            "widgets_values": [42, "randomize", 25, 7, "dpmpp_2m", "karras", 1],
        },
        {
            "id": 4,
            "type": "CheckpointLoaderSimple",
            "inputs": [],
            "widgets_values": ["dreamshaper_8.safetensors"],
        },
        {"id": 5, "type": "EmptyLatentImage", "inputs": [], "widgets_values": [768, 512, 1]},
        {
            "id": 6,
            "type": "CLIPTextEncode",
            "inputs": [{"name": "clip", "link": 3}],
            "widgets_values": ["a harbour"],
        },
        {
            "id": 7,
            "type": "CLIPTextEncode",
            "inputs": [{"name": "clip", "link": 5}],
            "widgets_values": ["fog"],
        },
    ],
    "links": [
        [1, 4, 0, 3, 0, "MODEL"],
        [2, 5, 0, 3, 3, "LATENT"],
        [3, 4, 1, 6, 0, "CLIP"],
        [4, 6, 0, 3, 1, "CONDITIONING"],
        [5, 4, 1, 7, 0, "CLIP"],
        [6, 7, 0, 3, 2, "CONDITIONING"],
    ],
}

INVOKE: dict[str, Any] = {
    "app_version": "5.6.0",
    "generation_mode": "sdxl_txt2img",
    "positive_prompt": "a tram in the rain",
    "negative_prompt": "",
    "width": 1024,
    "height": 576,
    "seed": 99,
    "cfg_scale": 5.5,
    "steps": 28,
    "scheduler": "euler_a",
    "model": {"key": "x", "name": "Juggernaut XL", "base": "sdxl"},
}

INVOKE_OLD: dict[str, Any] = {
    "model_weights": "stable-diffusion-1.5",
    "image": {"prompt": [{"prompt": "an old mill", "weight": 1}], "seed": 5, "steps": 50, "cfg_scale": 7.5},
}


def png(*, packed: bool = False, international: bool = False, **texts: str) -> bytes:
    info = PngInfo()
    for keyword, text in texts.items():
        if international:
            info.add_itxt(keyword, text, zip=packed)
        else:
            info.add_text(keyword, text, zip=packed)
    return saved(gradient(), "PNG", pnginfo=info)


def comment(text: str, *, format: str = "WEBP", order: str = "be") -> bytes:
    """As AUTOMATIC1111 saves a JPEG or WebP: UTF-16 in the user's comment of the EXIF."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + text.encode(f"utf-16-{order}")
    return saved(gradient(), format, exif=exif)


def comfy_webp(prompt: dict[str, Any], workflow: dict[str, Any]) -> bytes:
    exif = Image.Exif()
    exif[0x0110] = "prompt:" + json.dumps(prompt)
    exif[0x010F] = "workflow:" + json.dumps(workflow)
    return saved(gradient(), "WEBP", exif=exif)
