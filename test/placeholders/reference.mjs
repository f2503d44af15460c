// Reads PNG files and prints for each its ThumbHash in base64 and its BlurHash, by the reference implementations.
// Run where they are installed: node reference.mjs FILE...
import { readFileSync } from "node:fs";
import { encode } from "blurhash";
import { PNG } from "pngjs";
import { rgbaToThumbHash } from "thumbhash";

for (const file of process.argv.slice(2)) {
  const { width, height, data } = PNG.sync.read(readFileSync(file));
  const [across, down] = height > width ? [3, 4] : [4, 3];
  const thumbhash = Buffer.from(rgbaToThumbHash(width, height, data)).toString("base64");
  console.log(thumbhash + "\t" + encode(new Uint8ClampedArray(data), width, height, across, down));
}
