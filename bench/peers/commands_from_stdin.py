"""Reads the commands for a peer of script/bench from stdin; ../measure/peer.ex describes them."""

import sys
import time


def say(words):
    print(words, flush=True)


def serve(ready, make, save, memory=None):
    """`make(count)` and `save(folder)` do the work. `memory()` returns the peak memory in KiB, if the processes that used
    it have already ended."""
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
