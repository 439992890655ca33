"""Many requests in one moment."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from nexus.lib.effects import drain


def at_once(count, act):
    """Run `act(number)` in `count` threads at once; return the answers once effects are done."""

    def run(number):
        try:
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(run, range(count)))
    drain(20)
    return answers
