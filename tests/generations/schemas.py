"""Schemas for tests: one like the shipped model's, and one that uses every construct that fields.py reads."""

DRAWING = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": ["prompt"],
    "properties": {
        "seed": {"type": "integer", "title": "Seed", "minimum": 0, "maximum": 2**32 - 1, "x-order": 4},
        "prompt": {
            "type": "string",
            "title": "Prompt",
            "description": "One or two things.",
            "minLength": 1,
            "maxLength": 2000,
            "pattern": "\\S",
            "x-order": 0,
        },
        "style": {
            "type": "string",
            "title": "Style",
            "enum": ["auto", "3d", "flat"],
            "default": "auto",
            "x-order": 1,
        },
        "num_outputs": {
            "type": "integer",
            "title": "Images",
            "minimum": 1,
            "maximum": 4,
            "default": 1,
            "x-order": 2,
        },
        "steps": {
            "type": "integer",
            "title": "Steps",
            "minimum": 1,
            "maximum": 50,
            "default": 12,
            "x-order": 3,
        },
    },
}

EVERYTHING = {
    "type": "object",
    "required": ["prompt", "rating"],
    "properties": {
        "prompt": {"type": "string", "maxLength": 100},
        "negative_prompt": {"type": "string", "title": "Negative prompt", "maxLength": 50, "default": ""},
        "name": {"type": "string", "minLength": 3, "maxLength": 20, "pattern": "^[a-z]+$"},
        "width": {"type": "integer", "minimum": 100, "maximum": 1024, "multipleOf": 64, "default": 512},
        "height": {"type": "integer", "minimum": 64, "maximum": 1024, "multipleOf": 64, "default": 256},
        "guidance": {"type": "number", "minimum": 0, "maximum": 20, "multipleOf": 0.1, "default": 7.5},
        "strength": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        "above": {"type": "integer", "exclusiveMinimum": 2, "exclusiveMaximum": 5},
        "least": {"type": "integer", "minimum": 3},
        "most": {"type": "number", "maximum": 3.5},
        "any_number": {"type": "number"},
        "tiling": {"type": "boolean", "title": "Tiling", "default": True},
        "rating": {"type": "integer", "minimum": 1, "maximum": 100, "default": 5},
        "sampler": {"allOf": [{"$ref": "#/$defs/Sampler"}], "default": "euler", "title": "Sampler"},
        "level": {"enum": [1, 2.5, "high"]},
        "words": {
            "type": "array",
            "items": {"type": "string", "maxLength": 10},
            "minItems": 1,
            "maxItems": 3,
        },
        "extra": {"type": "object"},
        "maybe": {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 9}, {"type": "null"}]},
        "perhaps": {"type": ["string", "null"], "maxLength": 5},
        "free": True,
    },
    "$defs": {
        "Sampler": {"type": "string", "enum": ["euler", "heun", "ddim", "dpm", "lms", "plms", "unipc"]}
    },
}
