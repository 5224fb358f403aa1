// Reviewing with the keyboard, and a look at the images of a map. Without this script, buttons and links do the same.
"use strict";

const items = [...document.querySelectorAll("[data-item]")];
const go = (item) => item?.querySelector("a").focus();
const press = (where, name) => where?.querySelector(`[value="${name}"]`)?.click();

// Single letters act only while an item has the focus, so that they meet nobody by surprise.
document.addEventListener("keydown", (event) => {
  const item = event.target.closest("[data-item]");
  if (!item || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=hidden])")) return;
  const deeds = {
    j: () => go(items[items.indexOf(item) + 1]),
    k: () => go(items[items.indexOf(item) - 1]),
    y: () => item.querySelector("button.good").click(),
    n: () => item.querySelector("button.bad").click(),
    l: () => item.querySelector("[name=label]")?.focus(),
    u: () => press(item.querySelector("[value=undo]") ? item : document.querySelector("#last"), "undo"),
  };
  if (!deeds[event.key]) return;
  event.preventDefault();
  deeds[event.key]();
});

// A name is typed once: the forms that ask for it share it.
document.addEventListener("input", ({ target }) => {
  if (target.name === "by") document.querySelectorAll("[name=by]").forEach((other) => (other.value = target.value));
});

document.querySelectorAll(".keys").forEach((hint) => (hint.hidden = !items.length));
if (document.querySelector("#last")) go(items[0]); // whoever has just decided goes on with the next one

document.querySelectorAll(".map").forEach((map) => {
  const picture = map.querySelector("img");
  map.addEventListener("pointerover", ({ target }) => {
    const dot = target.closest("a");
    if (dot) Object.assign(picture, { src: `${dot.getAttribute("href")}/small.png`, hidden: false });
  });
});
