// Filter and search: figures are hidden, never made, so that the page is whole without this script.
"use strict";
const figures = Array.from(document.querySelectorAll("figure"));
const search = document.getElementById("search");
const shown = document.getElementById("shown");
const milliseconds = (figure) => Number(figure.dataset.ms);

// The slowest twentieth; what was skipped took no time.
const times = figures.filter((figure) => figure.className !== "skipped").map(milliseconds).sort((a, b) => b - a);
const slow = times.length ? times[Math.floor((times.length - 1) / 20)] : Infinity;
const shows = {
    all: () => true,
    failed: (figure) => figure.className === "failed",
    slow: (figure) => figure.className !== "skipped" && milliseconds(figure) >= slow,
};

// The names are read when somebody searches, not while the page opens.
let texts;
function matches(index, words) {
    texts ??= figures.map((figure) =>
        (figure.querySelector("b").title + " " + figure.textContent).toLowerCase());
    return words.every((word) => texts[index].includes(word));
}

function update() {
    const show = shows[document.querySelector("input[name=show]:checked").value];
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    figures.forEach((figure, index) => {
        const visible = show(figure) && (words.length === 0 || matches(index, words));
        if (figure.hidden === visible) figure.hidden = !visible;
        count += visible;
    });
    shown.textContent = count === figures.length ? "" : `${count} shown`;
}

document.querySelector("form").addEventListener("input", update);
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
