"""`safelight/picto` at work: from an input to a sample, step by step to a picture. Methods as in runners/base.py.

begin    prompt → scene → rough picture → latent `coarse`; a start picture and a mask are taken in here
step     one denoiser pass a sample, two with guidance; flow.py follows the velocity
preview  the picture expected now, by a linear map
decode   latent → pixels at 256 or at 512; what a mask protects comes back from the start picture, to the bit
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from inference import images
from inference.errors import RunnerError
from inference.preview import LinearMap, jpeg, png, to_image
from inference.runners import flow
from inference.runners.base import Card, Sample
from inference.runners.graphs import run
from inference.runners.picto import composition, inpainting, schema
from inference.runners.picto.arrangement import arrange
from inference.runners.picto.drawings import Drawings
from inference.runners.picto.inpainting import Hole
from inference.runners.picto.places import Places
from inference.runners.picto.prompts import Reader, Reading
from inference.runners.picto.scene import COMPOSITION_DICE, PAINTER_DICE, READER_DICE, STYLES, Scene

Floats = NDArray[np.float32]

CHANNELS = 192
KEPT_AT_MOST = np.float32(
    0.98
)  # a start picture at strength 0 is still drawn: the line has to lead somewhere


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """What a mask protects. `latent` and `noise` as in the sample; `picture` [H, W, 3] and `soft` [H, W] in the
    output's own size."""

    hole: Hole
    latent: Floats
    noise: Floats
    picture: Floats
    soft: Floats


@dataclass(slots=True, eq=False, kw_only=True)
class PictoSample(Sample):
    """`x` [192, h, w]: where the output stands between noise and picture. `times` [steps + 1], see flow.py.

    `coarse` [192, h, w] and `cond` [composition.CONDITIONS] lead the denoiser; `free` takes the place of `cond` in the
    half of a led step that knows no prompt. `expected`: the picture as foreseen at the last step. `scale`: 1 or 2.
    """

    x: Floats
    expected: Floats
    times: Floats
    coarse: Floats
    cond: Floats
    free: Floats
    guidance: float
    scale: int
    rest: Rest | None

    @property
    def t(self) -> np.float32:
        return np.float32(self.times[self.step])


@dataclass(frozen=True, slots=True, eq=False)
class PictoRunner:
    card: Card
    reader: Reader
    drawings: Drawings
    places: Places
    encoder: InferenceSession
    denoiser: InferenceSession
    decoders: Mapping[int, InferenceSession]  # by scale: 1 draws 256 pixels, 2 draws 512
    to_rgb: LinearMap

    def begin(self, input: Mapping[str, Any], *, seed: int) -> PictoSample:
        across, down = schema.grid(input)
        scale = input["size"] // schema.SIZES[0]
        read = self._read(input, seed=seed)
        old, rest = self._taken_in(input, seed=seed)
        coarse, cond = self._rough(read.scene, rest=rest, old=old, grid=(across, down), seed=seed)
        noise = flow.dice(seed, 0).standard_normal((CHANNELS, down, across), dtype=np.float32)
        start, x = np.float32(0), noise
        if rest is not None:
            coarse = rest.hole.blend(coarse, rest.latent)
        elif old is not None:
            strength = np.float32(input["strength"])
            start = min(1 - strength, KEPT_AT_MOST)
            latent = self._encoded(old)
            x = flow.noised(noise, latent, t=start)
            coarse = strength * coarse + (1 - strength) * latent
        return PictoSample(
            seed=seed,
            steps=input["steps"],
            bucket=f"picto/{across}x{down}",
            facts={"read_as": read.read_as},
            x=x,
            expected=coarse,
            times=flow.time_table(input["steps"], start=float(start)),
            coarse=coarse,
            cond=cond,
            free=read.free,
            guidance=input["guidance"],
            scale=scale,
            rest=rest,
        )

    def step(self, samples: Sequence[PictoSample]) -> None:
        moved = []
        for sample in samples:
            velocity = self._velocity(sample)
            t, t_next = sample.times[sample.step], sample.times[sample.step + 1]
            expected = flow.expected(sample.x, velocity, t=t)
            x = flow.euler(sample.x, velocity, t=t, t_next=t_next)
            moved.append(_protected(sample, x, expected, t=t_next))
        for sample, (x, expected) in zip(samples, moved, strict=True):
            sample.x, sample.expected = x, expected

    def preview(self, sample: PictoSample) -> bytes | None:
        return jpeg(to_image(self.to_rgb.rgb(sample.expected)))

    def decode(self, samples: Sequence[PictoSample]) -> list[bytes]:
        return [png(to_image(_finished(sample, self._decoded(sample)))) for sample in samples]

    def _decoded(self, sample: PictoSample) -> Floats:
        """[3, H, W], alone as in `_velocity`."""
        image: Floats = run(self.decoders[sample.scale], latent=sample.x[None])["image"][0]
        return image

    # ── begin ──

    def _read(self, input: Mapping[str, Any], *, seed: int) -> Reading:
        style = None if input["style"] == schema.AUTO else STYLES.index(input["style"])
        return self.reader.read(
            input["prompt"],
            negative=input["negative_prompt"],
            style=style,
            dice=flow.dice(seed, READER_DICE),
        )

    def _taken_in(self, input: Mapping[str, Any], *, seed: int) -> tuple[Floats | None, Rest | None]:
        """The start picture at the smaller size [h, w, 3], and with a mask what is to be kept of it."""
        uri, mask_uri = input.get("start_image"), input.get("mask")
        if not uri:
            if mask_uri:
                raise RunnerError("A mask needs a start image: it says which part of that is painted anew.")
            return None, None
        across, down = schema.grid(input)
        small = {"width": across * schema.CELL, "height": down * schema.CELL}
        old = images.decode(uri, **small)
        if not mask_uri:
            return old, None
        width, height = schema.pixels(input)
        scale = input["size"] // schema.SIZES[0]
        rest = Rest(
            hole=Hole.of(images.decode_mask(mask_uri, **small)),
            latent=self._encoded(old),
            noise=flow.dice(seed, 0).standard_normal((CHANNELS, down, across), dtype=np.float32),
            picture=images.decode(uri, width=width, height=height),
            soft=inpainting.feathered(images.decode_mask(mask_uri, width=width, height=height), scale=scale),
        )
        return old, rest

    def _rough(
        self, scene: Scene, *, rest: Rest | None, old: Floats | None, grid: tuple[int, int], seed: int
    ) -> tuple[Floats, Floats]:
        """The composition as a latent, and its condition. With a mask the scene is laid out inside of the hole, and
        where no place is named the things stand before what is around it."""
        width, height = grid[0] * schema.CELL, grid[1] * schema.CELL
        left, top, right, bottom = (0, 0, width, height) if rest is None else rest.hole.box
        wide, high = right - left, bottom - top
        plan = composition.plan(
            scene,
            dice=flow.dice(seed, COMPOSITION_DICE),
            variants=self.places.variants,
            width=wide,
            height=high,
        )
        drawings = [
            self.drawings.draw(thing, style=scene.style, dice=flow.dice(seed, PAINTER_DICE + number))
            for number, thing in enumerate(scene.things)
        ]
        placements = arrange(plan.spots, drawings, unit=min(wide, high))
        draw = partial(composition.render, plan, placements, drawings=drawings, places=self.places)
        if rest is None or old is None:
            return self._encoded(draw()), plan.condition
        around = rest.hole.filled(old)
        is_open = plan.place is None and scene.ground is None
        around[top:bottom, left:right] = draw(ground=around[top:bottom, left:right] if is_open else None)
        return self._encoded(around), plan.condition

    def _encoded(self, picture: Floats) -> Floats:
        """[h, w, 3], 0..1, to a latent [192, h / 16, w / 16]."""
        image = np.ascontiguousarray(picture.transpose(2, 0, 1)[None], dtype=np.float32)
        latent: Floats = run(self.encoder, image=image)["latent"][0]
        return latent

    # ── step ──

    def _velocity(self, sample: PictoSample) -> Floats:
        """Of one sample alone. A step of several is as many passes: how ONNX Runtime shares a batch out among threads
        changes the last bits, a picture must not depend on its neighbours, and a processor gains little by batches."""
        found = self._pass(sample, coarse=sample.coarse, cond=sample.cond)
        if sample.guidance == 1:
            return found
        free = self._pass(sample, coarse=np.zeros_like(sample.coarse), cond=sample.free)
        return flow.guided(found, free, guidance=sample.guidance)

    def _pass(self, sample: PictoSample, *, coarse: Floats, cond: Floats) -> Floats:
        row = {"x": sample.x[None], "t": np.array([sample.t]), "coarse": coarse[None], "cond": cond[None]}
        velocity: Floats = run(self.denoiser, **row)["velocity"][0]
        return velocity


def _protected(sample: PictoSample, x: Floats, expected: Floats, *, t: np.float32) -> tuple[Floats, Floats]:
    """Outside of the hole the latent goes its known way, from the same noise to the start picture."""
    rest = sample.rest
    if rest is None:
        return x, expected
    return rest.hole.blend(x, flow.noised(rest.noise, rest.latent, t=t)), rest.hole.blend(
        expected, rest.latent
    )


def _finished(sample: PictoSample, image: Floats) -> Floats:
    """[3, H, W] as the decoder left it to [H, W, 3], with what a mask protects put back."""
    if not np.isfinite(image).all():
        raise RunnerError("The model drew something that is no picture. Try another seed.")
    drawn = image.transpose(1, 2, 0).clip(0, 1)
    if sample.rest is None:
        return drawn
    soft = sample.rest.soft[..., None]
    mixed: Floats = drawn * soft + sample.rest.picture * (1 - soft)
    return mixed
