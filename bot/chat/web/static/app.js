// The live part of the page. The server renders and escapes every message; this file only puts them in place.
const page = document.body.dataset;
const words = page.words ? JSON.parse(page.words) : null;
const byId = (id) => document.getElementById(id);

// randomUUID is missing on plain HTTP; getRandomValues is everywhere.
const nonce = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

async function send(path, content) {
  let answer;
  try {
    answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(content) });
  } catch {
    throw Object.assign(new Error(words.offline), { status: 0, fields: {} });
  }
  const reply = await answer.json().catch(() => ({}));
  if (answer.ok) return reply;
  throw Object.assign(new Error(reply.sentence || words.offline), { status: answer.status, fields: reply.fields || {} });
}

// ---------------------------------------------------------------- messages

const log = byId("log");
const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 120;
// To the end; but of a card that is taller than the screen, to its beginning: that is where reading starts.
function toEnd() {
  const last = log.querySelector(".message:last-child");
  log.scrollTop = log.scrollHeight;
  if (last && last.offsetHeight > log.clientHeight) log.scrollTop = last.offsetTop - log.offsetTop - 8;
}

function localTimes(root) {
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short" });
  for (const time of root.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    const isToday = at.toDateString() === new Date().toDateString();
    time.textContent = isToday ? clock.format(at) : day.format(at);
    time.title = at.toLocaleString(document.documentElement.lang);
  }
}

function parsed(html) {
  const frame = document.createElement("template");
  frame.innerHTML = html;
  localTimes(frame.content);
  return frame.content.firstElementChild;
}

function place({ seq, html, plain }) {
  const fresh = parsed(html);
  const old = byId(`m${seq}`);
  const stay = isAtEnd();
  if (old) {
    keep(old, fresh);
    const hadFocus = old.contains(document.activeElement) ? document.activeElement.id : null;
    if (old.dataset.plain !== fresh.dataset.plain) byId("announce").textContent = plain;
    old.replaceWith(fresh);
    if (hadFocus !== null) (hadFocus && byId(hadFocus) || log).focus({ preventScroll: true });
  } else {
    const later = [...log.querySelectorAll(".message")].find((m) => Number(m.dataset.seq) > seq);
    log.insertBefore(fresh, later || null);
    fresh.classList.add("fresh");
    byId("announce").textContent = plain;
  }
  if (stay) toEnd();
  // What was pressed asks something of its presser alone: the answer can be typed at once.
  const question = !old && fresh.matches(".note") && fresh.querySelector("form input:not([type=radio])");
  if (question && !byId("text").value) question.focus();
}

// An edit must not fold what somebody reads, nor empty what somebody fills in.
function keep(old, fresh) {
  for (const diff of fresh.querySelectorAll("details[data-mark]")) {
    const before = old.querySelector(`details[data-mark="${diff.dataset.mark}"]`);
    if (before) diff.replaceWith(before);
  }
  for (const form of fresh.querySelectorAll("form[data-form]")) {
    const before = old.querySelector(`form[data-form="${CSS.escape(form.dataset.form)}"]`);
    if (before) form.replaceWith(before);
  }
}

function list({ thread, html }) {
  byId("no-threads")?.remove();
  const fresh = parsed(html);
  const old = byId("threads").querySelector(`[data-thread="${CSS.escape(thread)}"]`);
  const isNewer = !old || fresh.querySelector("time").dateTime > old.querySelector("time").dateTime;
  if (old && !isNewer) old.replaceWith(fresh);
  else { old?.remove(); byId("threads").prepend(fresh); }
}

function status({ text }) {
  const line = byId("status");
  line.textContent = text || "";
  line.hidden = !text;
}

function listen() {
  const stream = new EventSource(`/stream?thread=${encodeURIComponent(page.thread)}&since=${page.since}`);
  const on = (kind, act) => stream.addEventListener(kind, (event) => act(JSON.parse(event.data)));
  on("posted", (message) => { status({}); place(message); });
  on("edited", place);
  on("listed", list);
  on("status", status);
  stream.onopen = () => { byId("offline").hidden = true; };
  stream.onerror = () => {
    byId("offline").hidden = false;
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  };
  addEventListener("pagehide", () => stream.close());
}

// ---------------------------------------------------------------- what a person does

let pending = { text: null, nonce: null };

async function say(event) {
  event.preventDefault();
  const box = byId("text");
  const button = byId("compose").querySelector("button");
  if (button.disabled) return;
  // The same text again is the same message: a repeat after a lost answer says nothing twice.
  if (pending.text !== box.value) pending = { text: box.value, nonce: nonce() };
  button.disabled = true;
  try {
    const { thread } = await send("/say", { nonce: pending.nonce, thread: page.thread || null, text: box.value });
    if (box.value === pending.text) box.value = "";
    pending = { text: null, nonce: null };
    fault("");
    grow();
    toEnd();
    if (!page.thread) location.assign(`/t/${thread}`);
  } catch (error) {
    fault(error.message);
  } finally {
    button.disabled = false;
    box.focus();
  }
}

function fault(text) {
  byId("compose-error").textContent = text;
}

function grow() {
  const box = byId("text");
  box.rows = Math.min(10, Math.max(1, box.value.split("\n").length));
}

// The button that does it carries the name of what was pressed: "go on" could mean the opposite of "stop".
function asked(text, act) {
  const dialog = byId("confirm");
  byId("confirm-text").textContent = text;
  byId("confirm-yes").textContent = act;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

async function press(button) {
  if (button.dataset.confirm && !(await asked(button.dataset.confirm, button.textContent))) return;
  const message = button.closest(".message");
  const all = message.querySelectorAll("[data-press]");
  for (const each of all) each.disabled = true;
  try {
    await send("/press", { nonce: nonce(), message: Number(message.dataset.seq), action: button.dataset.press, value: button.dataset.value });
    setTimeout(() => { for (const each of all) each.disabled = false; }, 3000);
  } catch (error) {
    fault(error.message);
    if (error.status !== 409) for (const each of all) each.disabled = false;
  }
}

function own(radio) {
  const box = radio.form.querySelector(`[data-own="${CSS.escape(radio.name)}"]`);
  if (!box) return;
  box.hidden = radio.value !== "__other__";
  if (!box.hidden) box.focus();
}

async function fill(event, form) {
  event.preventDefault();
  const values = Object.fromEntries(new FormData(form));
  for (const box of form.querySelectorAll("[data-own]:not([hidden])")) values[box.dataset.own] = box.value;
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  for (const line of form.querySelectorAll("[data-error]")) line.textContent = "";
  try {
    await send("/fill", { nonce: nonce(), message: Number(form.closest(".message").dataset.seq), form: form.dataset.form, values });
    form.inert = true;
    // The answers replace the form by an edit; it must not be kept then.
    form.removeAttribute("data-form");
  } catch (error) {
    button.disabled = false;
    for (const [name, text] of Object.entries(error.fields)) wrong(form, name, text);
    if (!Object.keys(error.fields).length) wrong(form, "", error.message);
    const first = form.querySelector(`[name="${CSS.escape(Object.keys(error.fields)[0] ?? "")}"]`);
    first?.focus();
    first?.select?.();
  }
}

function wrong(form, name, text) {
  const line = form.querySelector(`[data-error="${CSS.escape(name)}"]`) ?? form.querySelector('[data-error=""]');
  line.textContent = text;
}

async function copy(button) {
  const source = button.parentElement.querySelector("pre");
  try {
    await navigator.clipboard.writeText(source.textContent);
  } catch {
    getSelection().selectAllChildren(source);
    document.execCommand("copy");
  }
  button.textContent = words.copied;
  setTimeout(() => { button.textContent = words.copy; }, 2000);
}

async function unfold(details) {
  const where = details.dataset.more;
  if (!details.open || !where) return;
  delete details.dataset.more;
  const answer = await fetch(where).catch(() => null);
  if (answer?.ok) details.querySelector("pre").innerHTML = await answer.text();
  else { details.dataset.more = where; details.open = false; fault(words.offline); }
}

function start() {
  localTimes(document);
  toEnd();
  listen();
  byId("compose").addEventListener("submit", say);
  const box = byId("text");
  box.addEventListener("input", grow);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) say(event);
  });
  byId("person")?.addEventListener("change", async (event) => {
    await send("/person", { nonce: nonce(), person: event.target.value }).then(() => location.reload(), (error) => fault(error.message));
  });
  byId("menu").addEventListener("click", () => {
    const isOpen = document.body.classList.toggle("menu");
    byId("menu").setAttribute("aria-expanded", String(isOpen));
  });
  document.addEventListener("click", (event) => {
    const at = (mark) => event.target.closest(mark);
    if (at("[data-press]")) press(at("[data-press]"));
    if (at("[data-copy]")) copy(at("[data-copy]"));
    if (at("[data-example]")) { box.value = at("[data-example]").textContent; grow(); box.focus(); }
  });
  document.addEventListener("change", (event) => { if (event.target.type === "radio") own(event.target); });
  document.addEventListener("submit", (event) => { if (event.target.matches(".ask")) fill(event, event.target); });
  document.addEventListener("toggle", (event) => { if (event.target.matches("details.diff")) unfold(event.target); }, true);
  box.focus();
}

if (words) start();
