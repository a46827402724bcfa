"""Budgets: the table, the environment over it, and a clock that survives kills."""

import pytest

from inference.training import budget
from inference.training.progress import Clock, duration


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch) -> None:
    for name in ("TRAIN", "TRAIN_MINUTES_DENOISER", "TRAIN_THREADS"):
        monkeypatch.delenv(name, raising=False)


def test_smoke_model_takes_three_minutes(monkeypatch) -> None:
    """The stages of the smoke model learn for less than three minutes together, and on less."""
    monkeypatch.setenv("TRAIN", "smoke")
    assert sum(budget.minutes(stage) for stage in budget.MINUTES) < 3
    assert budget.amount("things") < 100


def test_gpu_takes_twenty_minutes(monkeypatch) -> None:
    """On a data-centre GPU the stages learn for about twenty minutes, on all there is."""
    monkeypatch.setenv("TRAIN", "gpu")
    assert sum(budget.minutes(stage) for stage in budget.MINUTES) <= 21
    assert budget.amount("things") is None


def test_setting_overrides_the_table(monkeypatch) -> None:
    """TRAIN_MINUTES_DENOISER counts, whatever the profile."""
    monkeypatch.setenv("TRAIN", "smoke")
    monkeypatch.setenv("TRAIN_MINUTES_DENOISER", "12.5")
    assert budget.minutes("denoiser") == 12.5


@pytest.mark.parametrize("value", ["soon", "-1", "nan", "inf"])
def test_budget_that_is_no_number_is_refused(monkeypatch, value) -> None:
    """A budget that cannot be followed is named in a sentence."""
    monkeypatch.setenv("TRAIN", "cpu")
    monkeypatch.setenv("TRAIN_MINUTES_DENOISER", value)
    with pytest.raises(budget.BudgetError, match=f"TRAIN_MINUTES_DENOISER={value}"):
        budget.minutes("denoiser")


def test_unknown_profile_is_refused(monkeypatch) -> None:
    monkeypatch.setenv("TRAIN", "quick")
    with pytest.raises(budget.BudgetError, match="smoke, cpu, gpu"):
        budget.profile()


def test_budget_is_of_the_whole() -> None:
    """A clock that starts with what earlier runs spent ends when the sum is the budget."""
    at = [0.0]
    clock = Clock("denoiser", minutes=1, spent_s=30, now=lambda: at[0])
    assert clock.goes_on()
    assert clock.share == 0.5
    at[0] = 29.0
    assert clock.goes_on()
    at[0] = 30.0
    assert not clock.goes_on()
    assert clock.share == 1
    assert clock.spent_s == 60


def test_clock_asks_for_a_checkpoint_once_a_minute() -> None:
    at = [0.0]
    clock = Clock("denoiser", minutes=10, now=lambda: at[0])
    assert not clock.save_due()
    at[0] = 60.0
    assert clock.save_due()
    assert not clock.save_due()


def test_clock_says_how_far_it_is_and_how_long_it_takes(capsys) -> None:
    """One line with the figures; the next one not before ten seconds."""
    at = [0.0]
    clock = Clock("denoiser", minutes=10, now=lambda: at[0])
    at[0] = 300.0
    clock.goes_on()
    clock.tell(loss=0.123456)
    clock.tell(loss=0.1)
    assert capsys.readouterr().out == "denoiser       50% · step 1 · loss 0.1235 · 5 min left\n"


def test_durations_are_written_for_people() -> None:
    assert [duration(45), duration(700), duration(12_000)] == ["45 s", "12 min", "3 h 20 min"]
