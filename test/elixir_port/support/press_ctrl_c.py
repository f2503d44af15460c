"""Runs a batch on a pseudo-terminal and presses Ctrl-C after some thumbnails: press_ctrl_c.py terminal|pipe PHOTOS OUT COMMAND...

With "pipe" a list of the photos is its standard input. Prints what the terminal showed, and whether its modes are
what they were; ends with the status of the command."""
import glob
import os
import pty
import select
import subprocess
import sys
import termios
import time

kind, photos, out, command = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
ours, theirs = pty.openpty()
before = termios.tcgetattr(theirs)
stdin = theirs
if kind == "pipe":
    reader, writer = os.pipe()
    os.write(writer, "\n".join(sorted(glob.glob(photos + "/*.jpg"))).encode())
    os.close(writer)
    stdin = reader


def take_the_terminal():
    os.setsid()
    import fcntl
    fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)


process = subprocess.Popen(command, stdin=stdin, stdout=theirs, stderr=theirs, preexec_fn=take_the_terminal)
shown = b""
pressed = False
deadline = time.monotonic() + 90
while process.poll() is None and time.monotonic() < deadline:
    ready, _, _ = select.select([ours], [], [], 0.05)
    if ready:
        shown += os.read(ours, 65536)
    made = glob.glob(out + "/**/*.webp", recursive=True)
    if not pressed and len(made) > 5:
        os.write(ours, b"\x03")
        pressed = True
if process.poll() is None:
    process.kill()
status = process.wait()
# The shell that restores the terminal does so after the batch is gone.
for _ in range(100):
    restored = termios.tcgetattr(theirs)[:4] == before[:4]
    if restored:
        break
    time.sleep(0.05)
while select.select([ours], [], [], 0)[0]:
    shown += os.read(ours, 65536)
print(shown.decode(errors="replace"))
print("terminal restored:", restored)
sys.exit(status if status >= 0 else 128 - status)
