#!/usr/bin/env node
// A thumbnail from Node, without libvips in this process: npm ci, then
//
//    samples/clients/client.mjs photo.jpg 200x100 small.webp

import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";
import { decode, encode } from "@msgpack/msgpack";

// One port program. Calls may overlap: each has an id, and answers come as the work ends.
export class Thumbnailer {
  waiting = new Map(); // "hello" or an id -> the functions that resolve or reject its promise
  received = Buffer.alloc(0);
  requests = 0;

  constructor(executable = "thumbnailer") {
    this.program = spawn(executable, ["--codec=msgpack"], { stdio: ["pipe", "pipe", "inherit"] });
    this.program.stdout.on("data", (bytes) => this.receive(bytes));
    this.ended = new Promise((resolve) => this.program.on("exit", resolve));
    this.program.on("exit", (code) => this.waiting.forEach(({ reject }) => reject(new Error(`the program ended with ${code}`))));
    this.hello = new Promise((resolve, reject) => this.waiting.set("hello", { resolve, reject }));
  }

  // source: a Uint8Array with an image, or the path of one. Outputs and options are those of docs/protocol.md.
  make(source, outputs, options = {}) {
    const id = ++this.requests;
    const from = typeof source === "string" ? ["path", source] : ["bytes", source];
    const payload = encode(["make", id, { outputs, ...options }, from]);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(payload.length);
    this.program.stdin.write(head);
    this.program.stdin.write(payload);
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  receive(bytes) {
    this.received = Buffer.concat([this.received, bytes]);
    while (this.received.length >= 4 && this.received.length >= 4 + this.received.readUInt32BE()) {
      const end = 4 + this.received.readUInt32BE();
      const [kind, ...answer] = decode(this.received.subarray(4, end));
      this.received = this.received.subarray(end);
      if (kind === "hello") this.take("hello").resolve(answer[0]);
      else if (kind === "ok") this.take(answer[0]).resolve(answer[1].outputs);
      else this.take(answer[0]).reject(new Error(`${answer[1].reason}: ${Buffer.from(answer[1].message)}`));
    }
  }

  take(id) {
    const promise = this.waiting.get(id);
    this.waiting.delete(id);
    return promise;
  }

  close() {
    this.program.stdin.end();
    return this.ended;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [source, size, to] = process.argv.slice(2);
  const [width, height] = size.split("x").map(Number);
  const thumbnailer = new Thumbnailer(process.env.THUMBNAILER_EXECUTABLE ?? "build/thumbnailer");
  try {
    const [[kind, made]] = await thumbnailer.make(source, [{ width, height, to }]);
    if (kind !== "ok") throw new Error(Buffer.from(made.message).toString());
    console.log(`${to}: ${made.width}x${made.height}, ${made.bytes} bytes`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
  await thumbnailer.close();
}
