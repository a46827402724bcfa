"""Progress as a line of text in the form of tqdm's meter, which every client's progress helper reads from the log."""

from __future__ import annotations

WIDTH = 10  # characters of the bar


def line(step: int, steps: int, *, spent_s: float) -> str:
    """` 25%|██▌       | 3/12 [00:01<00:03,  2.70it/s]` and a line end."""
    steps = max(steps, 1)
    full = WIDTH * step // steps
    half = "▌" if WIDTH * step % steps * 2 >= steps else ""
    bar = ("█" * full + half).ljust(WIDTH)
    rate = step / spent_s if spent_s > 0 else 0.0
    left_s = (steps - step) / rate if rate else 0.0
    times = f"{_clock(spent_s)}<{_clock(left_s)}, {rate:5.2f}it/s"
    return f"{100 * step // steps:3d}%|{bar}| {step}/{steps} [{times}]\n"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes:02d}:{rest:02d}"
