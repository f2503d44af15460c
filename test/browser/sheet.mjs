// Looks at a contact sheet of mix thumbnailer.batch as a person would: node sheet.mjs PAGE [SCREENSHOT]. Prints what it
// saw as JSON; test/elixir_port/batch/cli/contact_sheet_test.exs says what that must be.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [page_path, screenshot] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "thumbnailer-browser-"));
const browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.THUMBNAILER_CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    viewport: { width: 1280, height: 800 },
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"],
});

try {
    const page = browser.pages()[0] ?? await browser.newPage();
    const errors = [];
    const requests = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => { if (message.type() === "error") errors.push(message.text()); });
    page.on("request", (request) => requests.push(request.url()));

    await page.goto(pathToFileURL(page_path).href, { waitUntil: "load" });
    const loaded_images = () => page.$$eval("img", (images) =>
        images.filter((image) => image.complete && image.naturalWidth > 0).length);
    const visible = () => page.$$eval("figure", (figures) => figures.filter((figure) => !figure.hidden).length);
    const show = async (value) => {
        await page.check(`input[name=show][value=${value}]`);
        return visible();
    };
    const find = async (text) => {
        await page.fill("#search", text);
        return visible();
    };

    const shown = {
        summary: await page.textContent("#summary"),
        figures: await visible(),
        first_paint: await page.evaluate(() =>
            performance.getEntriesByType("paint").find((entry) => entry.name === "first-contentful-paint")?.startTime),
        loaded_at_first: await loaded_images(),
        columns: await page.$eval("main", (main) => getComputedStyle(main).gridTemplateColumns.split(" ").length),
    };
    if (screenshot) await page.screenshot({ path: screenshot });

    await page.setViewportSize({ width: 420, height: 800 });
    shown.columns_narrow = await page.$eval("main", (main) => getComputedStyle(main).gridTemplateColumns.split(" ").length);
    await page.setViewportSize({ width: 1280, height: 800 });

    shown.failed = await show("failed");
    shown.reasons = await page.$$eval("figure:not([hidden]) em", (reasons) => reasons.map((reason) => reason.textContent));
    shown.slow = await show("slow");
    await show("all");
    shown.found = await find("needle");
    shown.found_name = await page.textContent("figure:not([hidden]) b").catch(() => null);
    shown.found_reason = await find("bad_image");
    shown.found_nothing = await find("no such name");
    await find("");
    shown.figures_again = await visible();

    await page.evaluate(() => document.querySelector("figure:last-of-type").scrollIntoView());
    await page.waitForFunction(() => {
        const image = document.querySelector("figure:last-of-type img");
        return !image || (image.complete && image.naturalWidth > 0);
    });
    shown.loaded_at_the_end = await loaded_images();
    shown.sharp = await page.$$eval("img", (images) => images.find((image) => image.complete)?.currentSrc.split("/").pop());
    shown.network = requests.filter((url) => !url.startsWith("file:"));
    shown.errors = errors;
    console.log(JSON.stringify(shown));
} finally {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
}
