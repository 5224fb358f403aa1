// The threshold slider of a score, the player of a film, and copying. Without this script, the page's forms do the same.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const GAP = 60; // seconds: shorter interruptions do not part a stretch, as on the server

function slider(form) {
  const data = JSON.parse(form.querySelector("script").textContent);
  const plot = form.closest(".evidence").querySelector(".score");
  const [line, above] = [plot.querySelector(".alarm"), plot.querySelector(".above")];
  const [number, range] = [form.elements.threshold, form.querySelector("[type=range]")];
  const highest = form.dataset.highest === "" ? null : Number(form.dataset.highest);
  const height = Number(line.dataset.height);
  const share = (value) =>
    data.log ? Math.log(value / data.low) / Math.log(data.high / data.low) : (value - data.low) / (data.high - data.low);
  const value = (part) =>
    data.log ? data.low * (data.high / data.low) ** part : data.low + (data.high - data.low) * part;

  function stretches(threshold) {
    const found = [];
    data.scores.forEach((score, index) => {
      if (score < threshold) return;
      const last = found.at(-1);
      if (last && data.seconds[index] - last[1] <= GAP) last[1] = data.seconds[index];
      else found.push([data.seconds[index], data.seconds[index]]);
    });
    return found;
  }

  function show(threshold) {
    const y = height * (1 - Math.min(1, Math.max(0, share(threshold))));
    line.setAttribute("y1", y);
    line.setAttribute("y2", y);
    const found = stretches(threshold);
    above.replaceChildren(
      ...found.map(([start, end]) => {
        const rect = document.createElementNS(SVG, "rect");
        rect.setAttribute("class", "reached");
        rect.setAttribute("x", `${(100 * start) / data.length}%`);
        rect.setAttribute("width", `${Math.max(0.2, (100 * (end - start)) / data.length)}%`);
        rect.setAttribute("height", height);
        return rect;
      }),
    );
    const stands = highest === null ? "" :
      `; this event would ${highest >= threshold ? "stand" : "not be there"}: its highest score is ${highest.toPrecision(3)}`;
    const count = `${found.length} ${found.length === 1 ? "stretch reaches" : "stretches reach"}`;
    form.querySelector("output").textContent = `${count} it in this view${stands}.`;
  }

  range.value = Math.round(1000 * share(Number(number.value)));
  range.closest("label").hidden = false;
  form.querySelector(".actions").hidden = true;
  range.addEventListener("input", () => {
    const threshold = Number(value(range.value / 1000).toPrecision(3));
    number.value = threshold;
    show(threshold);
  });
  number.addEventListener("input", () => {
    const threshold = Number(number.value);
    if (!(threshold > 0)) return;
    range.value = Math.round(1000 * share(threshold));
    show(threshold);
  });
}

function player(film) {
  const times = JSON.parse(film.querySelector("script").textContent);
  const [sheet, boxes] = [film.querySelector("image"), film.querySelectorAll("rect")];
  const [button, range, clock] = ["button", "[type=range]", "output"].map((name) => film.querySelector(name));
  const height = Number(sheet.getAttribute("height")) / times.length;
  let timer = 0;

  function show(frame) {
    sheet.setAttribute("y", -height * frame);
    boxes.forEach((box) => box.classList.toggle("off", Number(box.dataset.frame) !== frame));
    clock.textContent = times[frame];
    range.value = frame;
  }
  function play(on) {
    clearInterval(timer);
    timer = on ? setInterval(() => show((Number(range.value) + 1) % times.length), 150) : 0;
    button.textContent = on ? "Pause" : "Play";
  }

  button.addEventListener("click", () => play(!timer));
  range.addEventListener("input", () => {
    play(false);
    show(Number(range.value));
  });
  film.querySelector(".actions").hidden = false;
  // Who asked their system for less motion starts it themselves.
  play(!matchMedia("(prefers-reduced-motion: reduce)").matches);
}

function copier(text) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet small", textContent: "Copy" });
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = "Copied";
  });
  text.after(" ", button);
}

if (navigator.clipboard) document.querySelectorAll("[data-copy]").forEach(copier); // only where the connection is secure
document.querySelectorAll("form.slider").forEach(slider);
document.querySelectorAll("figure.film").forEach(player);
