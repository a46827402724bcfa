"""A Cog model that draws one teal square, as others write theirs."""

import struct
import sys
import time
import zlib

from cog import BasePredictor, Input, Path

SIDE = 32
TEAL = b"\x00\x80\x80"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


class Predictor(BasePredictor):
    def predict(
        self,
        prompt: str = Input(description="What to draw"),
        steps: int = Input(default=4, ge=1, le=100),
        mood: str = Input(default="calm", choices=["calm", "wild"]),
    ) -> list[Path]:
        for step in range(1, steps + 1):
            sys.stderr.write(f"{100 * step // steps:3d}%|##| {step}/{steps}\n")
            sys.stderr.flush()
            time.sleep(0.05)
        if prompt == "fail":
            raise ValueError("teal has run out")
        head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
        body = zlib.compress((b"\x00" + TEAL * SIDE) * SIDE)
        found = Path("/tmp") / f"teal-{time.time_ns()}.png"
        found.write_bytes(
            b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
        )
        return [found]
