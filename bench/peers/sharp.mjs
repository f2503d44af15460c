// sharp as a peer of script/bench. ../measure/peer.ex describes its commands and replies.
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";

import sharp from "sharp";

const workload = JSON.parse(process.argv[2]);
const sources = workload.files.map((file) => readFileSync(file));

sharp.cache(false);
// A single image uses all processors, as in sharp's own benchmark; several images use one thread each, sharp's default.
if (workload.parallel === 1) sharp.concurrency(availableParallelism());

function thumbnail(source, { width, height, fit, format, crop, background, ...effects }) {
    const image = sharp(source)
        .autoOrient()
        .resize(width, height, {
            fit, background, position: crop ?? "centre", withoutEnlargement: true, fastShrinkOnLoad: workload.fast_shrink,
        });
    apply(image, effects);
    // With a quality, sharp makes a PNG of at most 256 colours.
    return image.toFormat(format, format === "png" ? {} : { quality: workload.quality }).toBuffer();
}

function apply(image, { greyscale, sharpen, overlay }) {
    // Without toColourspace() it writes three equal channels.
    if (greyscale) image.greyscale().toColourspace("b-w");
    // The slopes are libvips' defaults, which ours has, too.
    if (sharpen) image.sharpen({ sigma: sharpen, m1: 0, m2: 3 });
    if (overlay) image.composite([{ input: overlay, gravity: "southeast" }]);
}

async function thumbnails(source) {
    const made = [];
    for (const output of workload.outputs) made.push(await thumbnail(source, output));
    return made;
}

async function make(count) {
    let next = 0;
    const caller = async () => {
        while (next < count) await thumbnails(sources[next++ % sources.length]);
    };
    await Promise.all(Array.from({ length: workload.callers }, caller));
}

async function save(folder) {
    for (const [index, source] of sources.entries())
        for (const [output, data] of (await thumbnails(source)).entries())
            writeFileSync(`${folder}/${index}-${output}`, data);
}

console.log(`ready sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`);
for await (const line of createInterface({ input: process.stdin })) {
    const [command, operand] = line.split(" ", 2);
    const begin = performance.now();
    await (command === "make" ? make(Number(operand)) : save(line.slice("save ".length)));
    console.log(`${performance.now() - begin}`);
}
