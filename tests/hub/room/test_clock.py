"""The room's clock goes forward whatever the machine's wall clock does."""

from __future__ import annotations

from hub.room.clock import Clock, boot_id, boot_ms, wall_ms


def test_a_clock_that_jumps_changes_nothing_while_the_room_runs() -> None:
    """Only the boot-time clock is looked at after the start."""
    wall, ticks = [1_000_000], [500]
    clock = Clock.start(boot="b", ticks=lambda: ticks[0], wall=lambda: wall[0])
    assert clock.now() == 1_000_000
    wall[0] -= 86_400_000
    ticks[0] += 250
    assert clock.now() == 1_000_250


def test_a_restarted_room_goes_on_with_the_same_clock() -> None:
    """Within one boot the journal's last row anchors it, not the wall clock."""
    last = (1_000_000, 500, "b")
    clock = Clock.start(last, boot="b", ticks=lambda: 800, wall=lambda: 5)
    assert clock.now() == 1_000_300


def test_after_a_boot_the_wall_clock_counts_again() -> None:
    """Ticks of another boot say nothing."""
    last = (1_000_000, 500, "b")
    clock = Clock.start(last, boot="c", ticks=lambda: 10, wall=lambda: 2_000_000)
    assert clock.now() == 2_000_000


def test_the_machine_has_both_clocks() -> None:
    """On Linux there is an id of the boot, and time since it."""
    assert boot_id()
    assert 0 < boot_ms() < wall_ms()
