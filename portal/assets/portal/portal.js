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
