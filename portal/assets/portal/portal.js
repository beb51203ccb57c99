// Progressive enhancement only. Every control below also works as a plain form or details element.
"use strict";

// Display switches: the server keeps the choice in the cookie "display" and writes the classes of
// <html>. Here the same is done at once, without a round trip.
const SIZES = ["type-normal", "type-large", "type-larger"];
const SWITCHES = [...SIZES.slice(1), "contrast"];
const root = document.documentElement;

function showDisplay() {
  for (const button of document.querySelectorAll(".access button[name='display']")) {
    const on = button.value === "type-normal"
      ? !SIZES.slice(1).some((size) => root.classList.contains(size))
      : root.classList.contains(button.value);
    button.setAttribute("aria-pressed", String(on));
  }
}

for (const form of document.querySelectorAll(".access")) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name='display']");
    if (!button) return;
    event.preventDefault();
    if (button.value === "contrast") {
      root.classList.toggle("contrast");
    } else {
      root.classList.remove(...SIZES);
      if (button.value !== "type-normal") root.classList.add(button.value);
    }
    const chosen = SWITCHES.filter((name) => root.classList.contains(name)).join(".");
    const secure = window.location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `display=${chosen}; path=/; max-age=31536000; SameSite=Lax${secure}`;
    showDisplay();
  });
}

// Menus close on Escape and on a click elsewhere.
function closeMenus(except) {
  for (const menu of document.querySelectorAll(".menu[open]")) if (menu !== except) menu.open = false;
}
document.addEventListener("click", (event) => closeMenus(event.target.closest(".menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector(".menu[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

// A disabled button stays focusable so that its reason is read; it must not act.
document.addEventListener("click", (event) => {
  if (event.target.closest("[aria-disabled='true']")) event.preventDefault();
});

// The same form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent === "yes") {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  window.setTimeout(() => delete form.dataset.sent, 8000); // a download leaves the page standing
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// "Select all" ticks the boxes of its table; data-select-all names them.
document.addEventListener("change", (event) => {
  const name = event.target.dataset ? event.target.dataset.selectAll : undefined;
  if (!name) return;
  for (const box of document.querySelectorAll(`input[type="checkbox"][name="${CSS.escape(name)}"]`)) {
    if (!box.disabled) box.checked = event.target.checked;
  }
});

// Printing is an offer only where there is a script to do it.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// The error summary takes the focus when the page opens with faults.
const summary = document.querySelector(".error-summary");
if (summary) summary.focus();

// Suggestions below a search box: an ARIA combobox. htmx fetches the options; a plain search stays
// what Enter does until an option is chosen with the arrows.
function optionsOf(box) {
  return [...document.getElementById(box.dataset.suggest).querySelectorAll("[role='option']")];
}

function closeSuggestions(box) {
  document.getElementById(box.dataset.suggest).hidden = true;
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

function showSuggestions(box) {
  const options = optionsOf(box);
  options.forEach((option, place) => { option.id = `${box.dataset.suggest}-${place}`; });
  box.removeAttribute("aria-activedescendant");
  const open = options.length > 0 && document.activeElement === box && box.value.trim() !== "";
  document.getElementById(box.dataset.suggest).hidden = !open;
  box.setAttribute("aria-expanded", String(open));
  const heard = document.getElementById(`${box.id}-heard`);
  const text = options.length === 1 ? heard.dataset.one : heard.dataset.many;
  heard.textContent = open ? text.replace("{}", String(options.length)) : "";
}

function pointAt(box, place) {
  const options = optionsOf(box);
  options.forEach((option, index) => option.setAttribute("aria-selected", String(index === place)));
  if (place < 0) {
    box.removeAttribute("aria-activedescendant");
    return;
  }
  box.setAttribute("aria-activedescendant", options[place].id);
  options[place].scrollIntoView({ block: "nearest" });
}

function keyInSuggestions(event) {
  const box = event.target;
  const open = box.getAttribute("aria-expanded") === "true";
  const options = optionsOf(box);
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.isComposing) return; // the keys belong to the input method
  if (event.key === "Escape" && open) {
    event.preventDefault(); // it would empty the box
    closeSuggestions(box);
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (options.length === 0 || box.value.trim() === "") return;
    event.preventDefault();
    if (!open) showSuggestions(box);
    const step = event.key === "ArrowDown" ? 1 : -1;
    const places = options.length + 1; // one more: back in the box
    pointAt(box, ((at + 1 + step + places) % places) - 1);
  } else if (event.key === "Enter" && open && at >= 0) {
    event.preventDefault();
    window.location.assign(options[at].dataset.url);
  } else if (event.key === "Enter" || event.key === "Tab") {
    closeSuggestions(box);
  }
}

for (const box of document.querySelectorAll("[data-suggest]")) {
  const list = document.getElementById(box.dataset.suggest);
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-expanded", "false");
  list.addEventListener("htmx:afterSwap", () => showSuggestions(box));
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role='option']");
    if (option) window.location.assign(option.dataset.url);
  });
  box.addEventListener("keydown", keyInSuggestions);
  box.addEventListener("blur", () => closeSuggestions(box));
}

// A draft saves itself when the typing pauses; every page of it has a button that does the same.
// "shown" is the stamp of what the page showed: the server says 409 when another tab changed it.
const PAUSE = 2500;

function watchDraft(form) {
  const note = form.querySelector("[data-saved]");
  let timer, busy = false, again = false;
  async function save() {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: new FormData(form), headers: { "X-Requested-With": "autosave" }, redirect: "error",
      });
      const told = await answer.json();
      if (answer.ok) form.elements.shown.value = told.shown;
      note.textContent = told.message;
      note.classList.toggle("late", !answer.ok);
    } catch {
      note.textContent = "";
    }
    busy = false;
    if (again) { again = false; save(); }
  }
  const later = () => { window.clearTimeout(timer); timer = window.setTimeout(save, PAUSE); };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("submit", () => window.clearTimeout(timer));
}

for (const form of document.querySelectorAll("form[data-autosave]")) watchDraft(form);
