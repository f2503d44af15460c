"""The sample clients as what they are for others: counterparts in other languages, against the real binary."""

import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from program import EXECUTABLE, IMAGES, TIMEOUT, ROOT

CLIENTS = ROOT / "samples" / "clients"
PHOTO = IMAGES / "photo.jpg"


class ClientTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.to = pathlib.Path(folder.name) / "small.webp"

    def run_client(self, *command):
        return subprocess.run(
            [*map(str, command)],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "THUMBNAILER_EXECUTABLE": EXECUTABLE},
            timeout=TIMEOUT,
        )

    def check_command(self, *command):
        made = self.run_client(*command, PHOTO, "200x100", self.to)
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        self.assertEqual(made.stdout, f"{self.to}: 133x100, {self.to.stat().st_size} bytes\n")
        missing = self.run_client(*command, "there/is/none.jpg", "9x9", self.to)
        self.assertEqual((missing.returncode, missing.stdout), (1, ""))
        self.assertTrue(missing.stderr.startswith("not_found: "), missing.stderr)


class PythonClientTest(ClientTest):
    def test_it_makes_a_thumbnail_from_a_shell_and_says_what_went_wrong(self):
        self.check_command("/usr/bin/python3", CLIENTS / "client.py")

    def test_one_program_serves_its_calls_from_bytes_and_from_paths(self):
        spec = importlib.util.spec_from_file_location("client", CLIENTS / "client.py")
        client = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(client)
        thumbnailer = client.Thumbnailer(EXECUTABLE)
        [[kind, made]] = thumbnailer.make(PHOTO.read_bytes(), {"width": 40, "format": "png"})
        self.assertEqual((kind, made["width"], made["data"][:4]), ("ok", 40, b"\x89PNG"))
        outputs = thumbnailer.make(str(PHOTO), {"width": 40}, {"width": 80, "fit": "cover", "height": 9})
        self.assertEqual([made["height"] for _kind, made in outputs], [30, 9])
        with self.assertRaisesRegex(RuntimeError, "^bad_option: width: 0 "):
            thumbnailer.make(str(PHOTO), {"width": 0})
        self.assertEqual(thumbnailer.close(), 0)


@unittest.skipUnless(shutil.which("npm"), "there is no npm to install what the client needs")
class NodeClientTest(ClientTest):
    @classmethod
    def setUpClass(cls):
        # In the build folder, so that no checkout gets a node_modules; npm keeps what is already right.
        cls.folder = pathlib.Path(EXECUTABLE).parent / "clients"
        shutil.copytree(CLIENTS, cls.folder, dirs_exist_ok=True)
        install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
        done = subprocess.run(install, cwd=cls.folder, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise AssertionError(f"npm ci failed: {done.stderr}")

    def test_it_makes_a_thumbnail_from_a_shell_and_says_what_went_wrong(self):
        self.check_command("node", self.folder / "client.mjs")

    def test_calls_that_overlap_get_their_own_answers(self):
        script = """
            import { readFileSync } from "node:fs";
            const [program, client, photo] = process.argv.slice(1);
            const { Thumbnailer } = await import(client);
            const thumbnailer = new Thumbnailer(program);
            const widths = [...Array(20).keys()].map((n) => n + 1);
            const made = await Promise.all(widths.map((width) => thumbnailer.make(readFileSync(photo), [{ width }])));
            const fault = await thumbnailer.make(photo, [{ width: 0 }]).catch((error) => error.message);
            const { protocol, codec } = await thumbnailer.hello;
            console.log(JSON.stringify({
              widths: made.map(([[kind, output]]) => kind === "ok" && output.data.length === output.bytes && output.width),
              fault, protocol, codec, code: await thumbnailer.close(),
            }));
        """
        ended = self.run_client(
            "node", "--input-type=module", "-e", script, EXECUTABLE, self.folder / "client.mjs", PHOTO
        )
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        said = json.loads(ended.stdout)
        self.assertEqual(said["widths"], list(range(1, 21)))
        self.assertTrue(said["fault"].startswith("bad_option: width: 0 "), said)
        self.assertEqual((said["protocol"], said["codec"], said["code"]), (1, "msgpack", 0))


if __name__ == "__main__":
    unittest.main()
