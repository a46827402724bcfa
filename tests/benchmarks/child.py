"""A second process that answers questions, one line of JSON each: what is measured must not share our interpreter."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

Handler = Callable[..., Any]


class Child:
    """Ours, while the process lives. `pid` is its process id."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid

    async def ask(self, do: str, **arguments: Any) -> Any:
        """The answer of the handler `do`. Raises RuntimeError when the process has ended."""
        return await asyncio.to_thread(self._ask, {"do": do, **arguments})

    def _ask(self, question: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The measured process has ended.")
        return json.loads(line)


@contextlib.asynccontextmanager
async def child(module: str, *arguments: str, env: Mapping[str, str] | None = None) -> AsyncIterator[Child]:
    """`python -m module arguments`, ready to be asked; ended when its standard input closes."""
    process = _start([sys.executable, "-m", module, *arguments], env or os.environ)
    try:
        yield Child(process)
    finally:
        await asyncio.to_thread(_stop, process)


def _start(command: list[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def answer_forever(handlers: Mapping[str, Handler]) -> None:
    """The child's side: until standard input closes. Whatever else prints goes to standard error."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        question = json.loads(line)
        answer = handlers[question.pop("do")](**question)
        out.write(json.dumps(answer) + "\n")
        out.flush()
