"""`make train`: the model that ships with the site, from its data to its files (docs/architecture/07-the-model.md).

    make train                           what is missing; again after any kill: it goes on where it was
    make train ARGS=denoiser             one stage, and what it needs
    make train ARGS=pack                 all that a machine without a network needs, as one file
    make train ARGS="--from pack.tar.xz" on that machine: unpack it, then train
    TRAIN=smoke make train               a small model in three minutes, to see that all of it works

budget.py says what can be set.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from inference.errors import InferenceError
from inference.training import budget, packing, stages
from inference.training.progress import say

POLITE = 15  # steps of `nice`: whatever else the machine does comes first


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="make train", description="Train the model that ships with the site."
    )
    parser.add_argument(
        "stages", nargs="*", default=["export", "judge"], help=f"{', '.join(stages.STAGES)}, or pack"
    )
    parser.add_argument("--from", dest="pack", type=Path, metavar="FILE", help="unpack this first")
    options = parser.parse_args(arguments)
    unknown = {*options.stages} - {*stages.STAGES, "pack"}
    if unknown:
        parser.error(f"there is no stage {min(unknown)}; there are {', '.join(stages.STAGES)}, and pack")
    folder = budget.folder()
    folder.mkdir(parents=True, exist_ok=True)
    os.nice(POLITE)
    try:
        _do(options, folder)
    except InferenceError as error:
        sys.exit(error.sentence)
    except KeyboardInterrupt:
        sys.exit("Stopped. The next `make train` goes on from here.")


def _do(options: argparse.Namespace, folder: Path) -> None:
    if options.pack:
        packing.unpack(options.pack, folder=folder)
    if "pack" in options.stages:
        stages.work_through(stages.wanted(packing.NEEDED), folder=folder)
        packing.pack(folder=folder)
        return
    say("training", f"profile {budget.profile()}", f"{budget.threads()} threads", str(folder))
    stages.work_through(stages.wanted(options.stages), folder=folder)
    if stages.MODEL in options.stages:
        say(
            "training",
            f"the model is in {folder / 'onnx'}",
            'judge it: make evaluate ARGS="--weights that folder"',
        )


if __name__ == "__main__":
    main()
