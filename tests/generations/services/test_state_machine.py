"""The life of predictions as a state machine that Hypothesis drives against the real services and the real database."""

import secrets
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from generations.errors import OverLimit
from generations.models import ACTIVE, TERMINAL, Engine, Output, Prediction, RegisteredModel, Status, Version
from generations.models.prediction import MOVES
from generations.services import claims, invariants, predictions, running
from inference.protocol import Previewed, Progressed

SCHEMA = {
    "type": "object",
    "properties": {
        "prompt": {"type": "string"},
        "steps": {"type": "integer", "default": 4},
        "num_outputs": {"type": "integer", "minimum": 1, "maximum": 2, "default": 1},
        "seed": {"type": "integer"},
    },
    "required": ["prompt"],
}

OWNERS = ("north", "south")


class Life(RuleBasedStateMachine):
    """Two people, two dispatchers, one engine; events come doubled, late and out of order."""

    copies = Bundle("copies")  # a claimed row as its dispatcher holds it, for ever: old ones are the zombies

    def __init__(self) -> None:
        super().__init__()
        model = RegisteredModel.objects.create(owner="safelight", name="test")
        self.version = Version.objects.create(pk="0" * 64, model=model, schema=SCHEMA)
        self.engine = Engine.objects.create(name="one", base_url="http://one", boot="b1", slots_max=4)
        self.engine.versions.add(self.version)
        self.people = [User.objects.create_user(f"{name}@example.org") for name in ("ann", "ben")]
        self.numbers = count(1)
        self.seen: dict[str, tuple[str, int]] = {}

    @initialize(target=copies, outputs=st.integers(1, 2))
    def one_is_running(self, outputs: int) -> Prediction:
        predictions.create(self.people[0], self.version, {"prompt": "a fox", "num_outputs": outputs})
        [row] = claims.claim("north", self.engine, outputs=4, predictions=1)
        running.start(row, engine_seq=self._number("new"))
        return row

    def teardown(self) -> None:
        for kind in (Prediction, Engine, RegisteredModel, User):
            kind.objects.all().delete()

    @rule(who=st.integers(0, 1), outputs=st.integers(1, 2), key=st.sampled_from([None, "once"]))
    def create(self, who: int, outputs: int, key: str | None) -> None:
        asked = {"prompt": "a fox", "num_outputs": outputs}
        try:
            first = predictions.create(self.people[who], self.version, asked, idempotency_key=key)
        except OverLimit:
            return
        if key:
            again = predictions.create(self.people[who], self.version, asked, idempotency_key=key)
            assert again.pk == first.pk

    @rule(target=copies, owner=st.sampled_from(OWNERS))
    def claim(self, owner: str) -> Prediction | None:
        rows = claims.claim(owner, self.engine, outputs=4, predictions=1)
        return rows[0] if rows else None

    @rule(copy=copies, how=st.sampled_from(["new", "old"]))
    def start(self, copy: Prediction | None, how: str) -> None:
        self._fenced(copy, lambda row: running.start(row, engine_seq=self._number(how)))

    @rule(copy=copies, how=st.sampled_from(["new", "old"]), step=st.integers(1, 4))
    def advance(self, copy: Prediction | None, how: str, step: int) -> None:
        preview = Previewed(0, step, "image/jpeg", "AAAA")
        self._fenced(
            copy,
            lambda row: running.advance(
                row, engine_seq=self._number(how), progress=Progressed(step, 4), previews=[preview]
            ),
        )

    @rule(copy=copies, index=st.integers(0, 1))
    def publish(self, copy: Prediction | None, index: int) -> None:
        if copy is not None and index < copy.outputs_asked:
            self._fenced(
                copy, lambda row: running.publish(row, _output(row, index), engine_seq=self._number("new"))
            )

    @rule(copy=copies, status=st.sampled_from([Status.SUCCEEDED, Status.FAILED, Status.CANCELED]))
    def finish(self, copy: Prediction | None, status: str) -> None:
        error = "It failed." if status == Status.FAILED else ""
        self._fenced(copy, lambda row: running.finish(row, status, error=error))

    @rule(copy=copies, fault=st.booleans(), suspect=st.booleans())
    def lose(self, copy: Prediction | None, fault: bool, suspect: bool) -> None:
        self._fenced(copy, lambda row: running.lose(row, fault=fault, suspect=suspect))

    @rule(target=copies, copy=copies)
    def picked_up_again(self, copy: Prediction | None) -> Prediction | None:
        """The same dispatcher takes it again at once: the zombie and the new owner bear one name."""
        if copy is None or running.lose(copy, fault=False) is None:
            return None
        rows = claims.claim(copy.owner, self.engine, outputs=4, predictions=1)
        if rows:
            running.start(rows[0], engine_seq=self._number("new"))
        return rows[0] if rows else None

    @rule(owner=st.sampled_from(OWNERS))
    def lease_runs_out(self, owner: str) -> None:
        for row in claims.leased().filter(owner=owner):
            running.lose(row, fault=row.status == Status.PROCESSING)

    @rule(target=copies, copy=copies, owner=st.sampled_from(OWNERS))
    def adopt(self, copy: Prediction | None, owner: str) -> Prediction | None:
        if copy is None:
            return None
        row = Prediction.objects.get(pk=copy.pk)
        return row if row.owner and claims.adopt(row, owner=owner) else None

    @rule(owner=st.sampled_from(OWNERS))
    def renew(self, owner: str) -> None:
        claims.renew(owner, list(Prediction.objects.values_list("pk", flat=True)))

    @rule(pick=st.integers(0, 20))
    def cancel(self, pick: int) -> None:
        rows = list(Prediction.objects.order_by("id"))
        if rows:
            predictions.cancel(rows[pick % len(rows)])

    @invariant()
    def promises_hold(self) -> None:
        assert list(invariants.broken(with_files=False)) == []

    @invariant()
    def only_legal_moves(self) -> None:
        now = {row.pk: (row.status, row.seq) for row in Prediction.objects.all()}
        for id, (before, seq) in self.seen.items():
            status, newer = now[id]
            assert newer >= seq
            assert status == before or _reachable(before, status)
            assert before not in TERMINAL or (status, newer) == (before, seq)
        self.seen = now

    def _number(self, how: str) -> int:
        return next(self.numbers) if how == "new" else 0

    def _fenced(self, copy: Prediction | None, act) -> None:
        """An act under a claim that is no longer the row's changes nothing at all."""
        if copy is None:
            return
        before = Prediction.objects.filter(pk=copy.pk).values().get()
        outputs = Output.objects.filter(prediction=copy).count()
        act(copy)
        if (before["claim"], before["owner"]) != (copy.claim, copy.owner) or before["status"] not in ACTIVE:
            after = Prediction.objects.filter(pk=copy.pk).values().get()
            assert after == before
            assert Output.objects.filter(prediction=copy).count() == outputs


def _reachable(before: str, after: str) -> bool:
    """In one rule a row may move twice: a lease runs out, or a third fault ends it."""
    return after in MOVES.get(before, ()) or any(after in MOVES.get(via, ()) for via in MOVES.get(before, ()))


def _output(row: Prediction, index: int) -> Output:
    return Output(
        prediction=row,
        user_id=row.user_id,
        index=index,
        key=f"outputs/zz/{secrets.token_hex(16)}",
        size=1,
        sha256="0" * 64,
        width=1,
        height=1,
        placeholder="",
        colour="#000000",
    )


@pytest.mark.django_db(transaction=True)
def test_no_order_of_events_breaks_a_promise() -> None:
    """Whatever is doubled, late, reordered, lost or cancelled, every promise of the state machine holds."""
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=checks
        ),
    )
