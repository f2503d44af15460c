"""The commands that a peer of script/bench takes on its stdin; what they are is in ../measure/peer.ex."""

import sys
import time


def say(words):
    print(words, flush=True)


def serve(ready, make, save, memory=None):
    """`make(count)` and `save(folder)` do the work; `memory()` yields the most that was used, in KiB, where the
    processes that did it are gone before anybody could look."""
    say(f"ready {ready}")
    for line in sys.stdin:
        command, _, operand = line.rstrip("\n").partition(" ")
        begin = time.perf_counter()
        if command == "make":
            make(int(operand))
        else:
            save(operand)
        took = 1000 * (time.perf_counter() - begin)
        say(f"{took} {memory()}" if memory else str(took))
