"""What accounts tell the apps above them."""

from __future__ import annotations

from django.dispatch import Signal

# Sent in the change's transaction, with `user` (already changed) and `at`: the writer's days begin
# and end at other instants from now on.
writing_day_changed = Signal()
