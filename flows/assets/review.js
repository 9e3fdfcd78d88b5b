"use strict";
// Filters, keys and the two sides. Without this script the page shows everything, in one column.
const $ = (id) => document.getElementById(id);
const captures = Array.from(document.querySelectorAll("details.capture"));
const filter = $("filter");
let here = -1;

// The lines of a capture that the filter asks for.
function isWanted(line, wanted) {
  const score = Number(line.dataset.score);
  return (!wanted.label || line.dataset.label === wanted.label) && score >= wanted.low && score <= wanted.high;
}

function read() {
  const value = (id) => ($(id) ? $(id).value : "");
  const number = (id, other) => (value(id) === "" ? other : Number(value(id)));
  return {
    words: value("words").trim().toLowerCase(), site: value("site"), status: value("status"),
    label: value("label"), low: number("low", 0), high: number("high", 1),
  };
}

function isShown(capture, wanted, asksLines) {
  if (wanted.site && capture.dataset.site !== wanted.site) return false;
  if (wanted.status && capture.dataset.status !== wanted.status) return false;
  if (wanted.label && wanted.label !== "body" && !capture.dataset.labels.split(" ").includes(wanted.label)) return false;
  if (wanted.words && !capture.textContent.toLowerCase().includes(wanted.words)) return false;
  return !asksLines || Array.from(capture.querySelectorAll("li[data-label]")).some((line) => isWanted(line, wanted));
}

function apply() {
  const wanted = read();
  const asksLines = Boolean(wanted.label) || wanted.low > 0 || wanted.high < 1;
  let shown = 0;
  for (const capture of captures) {
    const is = isShown(capture, wanted, asksLines);
    capture.hidden = !is;
    shown += is ? 1 : 0;
    for (const line of capture.querySelectorAll("li[data-label]")) {
      line.classList.toggle("faint", asksLines && !isWanted(line, wanted));
    }
  }
  $("count").textContent = shown + " of " + captures.length + " captures";
}

function go(step) {
  for (let at = here + step; at >= 0 && at < captures.length; at += step) {
    if (captures[at].hidden) continue;
    if (here >= 0) captures[here].classList.remove("here");
    here = at;
    captures[at].classList.add("here");
    captures[at].open = true;
    captures[at].querySelector("summary").focus({ preventScroll: true });
    captures[at].scrollIntoView({ block: "start" });
    return;
  }
}

// From one line that is not plain story to the next, within the capture one stands on.
function goLine(step) {
  if (here < 0) go(1);
  if (here < 0) return;
  const lines = Array.from(captures[here].querySelectorAll("li[data-label]:not(.faint)"))
    .filter((line) => line.dataset.label !== "body" && line.offsetParent !== null);
  const last = lines.findIndex((line) => line.classList.contains("found"));
  const next = lines[last < 0 ? (step > 0 ? 0 : lines.length - 1) : last + step];
  if (!next) return;
  if (last >= 0) lines[last].classList.remove("found");
  next.classList.add("found");
  next.scrollIntoView({ block: "center" });
}

// Before and after are the same list twice: what is no part of a side is not shown there.
function show(view) {
  document.querySelectorAll(".sides").forEach((sides) => sides.replaceWith(sides.firstElementChild));
  for (const lines of document.querySelectorAll("ol.lines")) {
    lines.classList.remove("before", "after");
    if (view === "marked") continue;
    lines.classList.add(view === "after" ? "after" : "before");
    if (view !== "sides") continue;
    const sides = document.createElement("div");
    const after = lines.cloneNode(true);
    sides.className = "sides two";
    lines.replaceWith(sides);
    after.classList.replace("before", "after");
    after.setAttribute("aria-label", "After");
    lines.setAttribute("aria-label", "Before");
    sides.append(lines, after);
  }
}

function turn() {
  const view = $("view");
  view.selectedIndex = (view.selectedIndex + 1) % view.options.length;
  show(view.value);
}

const KEYS = {
  j: () => go(1), k: () => go(-1), ArrowRight: () => go(1), ArrowLeft: () => go(-1),
  n: () => goLine(1), p: () => goLine(-1), ArrowDown: () => goLine(1), ArrowUp: () => goLine(-1),
  s: turn, "/": () => $("words").focus(), "?": () => $("help").showModal(),
  o: () => { if (here >= 0) captures[here].open = !captures[here].open; },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
  const isTyping = event.target.matches("input, select, textarea");
  if (isTyping) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  // Up and down move the page until somebody has begun to go from capture to capture.
  if (here < 0 && (event.key === "ArrowUp" || event.key === "ArrowDown")) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
filter.addEventListener("input", apply);
filter.addEventListener("submit", (event) => event.preventDefault());
filter.addEventListener("reset", () => setTimeout(() => { apply(); show($("view").value); }));
$("view").addEventListener("change", () => show($("view").value));
$("keys").addEventListener("click", () => $("help").showModal());
$("close").addEventListener("click", () => $("help").close());
for (const capture of captures) {
  capture.addEventListener("focusin", () => {
    if (here >= 0) captures[here].classList.remove("here");
    here = captures.indexOf(capture);
    capture.classList.add("here");
  });
}
filter.hidden = false;
apply();
