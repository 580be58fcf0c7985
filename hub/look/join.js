// What the door's pages do beyond plain forms. Every page works without this file; it
// keeps nothing, neither codes nor names nor phrases.
"use strict";

const AGAIN_MS = 2000;

// Types codes the way they are written: KUPA-37.
function upperCase(root) {
  for (const input of root.querySelectorAll("input.code")) {
    input.addEventListener("input", () => {
      const at = input.selectionStart;
      const upper = input.value.toUpperCase();
      if (upper !== input.value && upper.length === input.value.length) {
        input.value = upper;
        input.setSelectionRange(at, at);
      }
    });
  }
}

// Sends each form once. The button keeps its focus and says that it works.
function sendOnce(root) {
  for (const form of root.querySelectorAll("form")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "yes";
      const button = form.querySelector("[data-busy]");
      if (button) {
        button.dataset.idle = button.textContent;
        button.textContent = button.dataset.busy;
        button.setAttribute("aria-disabled", "true");
      }
    });
  }
}

// A page that comes back from the browser's history can be sent again.
function wake() {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    const button = form.querySelector("[data-idle]");
    if (button) {
      button.textContent = button.dataset.idle;
      button.removeAttribute("aria-disabled");
    }
  }
}

// Dates in the browser's own zone and its page's language.
function tellTimes(root) {
  const lang = document.documentElement.lang;
  const locale = lang === "en" ? "en-GB" : lang;
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long" });
  const dated = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" });
  const today = new Date();
  for (const time of root.querySelectorAll("time[data-ms]")) {
    const at = new Date(Number(time.dataset.ms));
    time.dateTime = at.toISOString();
    time.textContent = (at.getFullYear() === today.getFullYear() ? day : dated).format(at);
  }
  for (const span of root.querySelectorAll("[data-opens]")) {
    const opens = new Date(Number(span.dataset.opens));
    const closes = span.dataset.closes ? new Date(Number(span.dataset.closes)) : null;
    const when = opens.toDateString() === today.toDateString() ? span.dataset.today : day.format(opens);
    const sameDay = closes && closes.toDateString() === opens.toDateString();
    const until = sameDay ? ` – ${clock.format(closes)}` : "";
    span.textContent = ` · ${when} ${clock.format(opens)}${until}`;
    span.hidden = false;
  }
}

// The links between "new seat" and "I have a seat" keep the code that was typed.
function carryCode(root) {
  for (const link of root.querySelectorAll("a[data-carry]")) {
    link.addEventListener("click", () => {
      const code = document.getElementById("code");
      if (code) {
        const url = new URL(link.href);
        url.searchParams.set("code", code.value);
        link.href = url.href;
      }
    });
  }
}

// The staff key can be looked at; the phrase copied where the browser allows it.
function showAndCopy(root) {
  for (const button of root.querySelectorAll("[data-show]")) {
    const input = document.getElementById(button.dataset.show);
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = input.type === "text";
      input.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!shown));
    });
  }
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.hidden = !(navigator.clipboard && window.isSecureContext);
    button.addEventListener("click", async () => {
      const said = document.getElementById("copied");
      try {
        const what = document.getElementById(button.dataset.copy);
        await navigator.clipboard.writeText(what.href ?? what.textContent);
        said.textContent = said.dataset.done;
      } catch {
        said.textContent = said.dataset.refused;
      }
    });
  }
  for (const button of root.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

// A personal link carries the phrase behind its #, a staff link the key. It goes into the
// form, and out of the address bar; it is sent when somebody presses the button, since
// chats fetch links.
function takeSecret(name, read) {
  const given = new URLSearchParams(location.hash.slice(1)).get(name);
  if (given) {
    history.replaceState(null, "", location.pathname + location.search);
    const input = document.getElementById(name);
    if (input?.tagName === "INPUT" && !input.value) {
      input.value = read(given.slice(0, 200));
      document.querySelector("form .btn.main")?.focus();
    }
  }
}

// Asks the door every two seconds whether the room is back. Then a form that was sent
// goes out again by itself; a page that was only opened gets its missing parts, and
// what was typed meanwhile stays.
function goOn() {
  const away = document.querySelector("[data-away]");
  if (!away) {
    return;
  }
  for (const part of away.querySelectorAll("[data-js]")) {
    part.hidden = false;
  }
  let typing = false;
  document.addEventListener("input", () => {
    typing = true;
  });
  const again = async () => {
    if (document.querySelector("form[data-sent]")) {
      setTimeout(again, AGAIN_MS);
      return;
    }
    const main = await askDoor();
    if (!main) {
      setTimeout(again, AGAIN_MS);
    } else if ("resend" in away.dataset && !typing) {
      document.querySelector("form").requestSubmit();
    } else {
      takeOver(main);
    }
  };
  setTimeout(again, AGAIN_MS);
}

// Returns the door's <main> as it is now; null while the room is still away.
async function askDoor() {
  const url = new URL(document.querySelector("form").action);
  for (const name of ["with", "code"]) {
    const field = document.querySelector(`form [name="${name}"]`);
    if (field?.value) {
      url.searchParams.set(name, field.value);
    }
  }
  try {
    const response = await fetch(url, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const main = page.querySelector("main.door");
    return main && !main.querySelector("[data-away]") ? main : null;
  } catch {
    return null;
  }
}

// Puts the door's new parts in place and keeps values, token and focus.
function takeOver(main) {
  const old = document.querySelector("main.door");
  const focused = document.activeElement?.id;
  for (const input of main.querySelectorAll("input[name]")) {
    const before = old.querySelector(`input[name="${input.name}"]`);
    if (input.type === "checkbox") {
      input.checked = Boolean(old.querySelector(`input[value="${input.value}"]`)?.checked);
    } else if (before && (before.value || input.name === "_xsrf")) {
      input.value = before.value;
    }
  }
  old.replaceWith(document.adoptNode(main));
  start(main);
  (focused && document.getElementById(focused))?.focus();
}

function start(root) {
  upperCase(root);
  sendOnce(root);
  tellTimes(root);
  carryCode(root);
  showAndCopy(root);
}

start(document);
takeSecret("phrase", (given) => given.split("-").join(" "));
takeSecret("key", (given) => given);
goOn();
document.getElementById("error")?.focus();
addEventListener("pageshow", (event) => {
  if (event.persisted) {
    wake();
  }
});
