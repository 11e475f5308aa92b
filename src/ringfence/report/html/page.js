/* Filters, links to one finding, theme, keys. The state is in the address behind the anchor:
   #finding-2b89?severity=critical&function=PrintLabel */
(() => {
  const root = document.documentElement;
  const form = document.getElementById("filters");
  const said = document.getElementById("map-said");
  const view = document.getElementById("view");
  const findings = Array.from(document.querySelectorAll(".finding"));
  const rules = Array.from(document.querySelectorAll(".rule"));
  const paths = Array.from(document.querySelectorAll(".path"));
  const items = Array.from(document.querySelectorAll("tr.item"));
  const boxes = Array.from(form.querySelectorAll("input[name=severity]"));
  const field = (name) => form.elements.namedItem(name);
  const value = (name) => (field(name) ? field(name).value.trim() : "");
  const texts = new Map();
  let anchor = "";
  let path = "";
  root.classList.add("scripted");

  /* --- filters ---------------------------------------------------------------------------- */

  function textOf(element) {
    if (!texts.has(element)) {
      const rule = element.closest(".rule");
      const head = rule && rule !== element ? rule.querySelector("summary").textContent : "";
      texts.set(element, `${head} ${element.textContent}`.toLowerCase());
    }
    return texts.get(element);
  }

  function wanted(element, state) {
    const data = element.dataset;
    if (data.severity && boxes.length && !state.severity.has(data.severity)) return false;
    if (state.family && data.family && data.family !== state.family) return false;
    if (state.audience && data.audience && data.audience !== state.audience) return false;
    if (state.template >= 0 && Number(data.t ?? -1) !== state.template) return false;
    if (state.function && !(data.function || "").toLowerCase().includes(state.function)) return false;
    return state.words.every((word) => textOf(element).includes(word));
  }

  function current() {
    const template = field("template");
    return {
      severity: new Set(boxes.filter((box) => box.checked).map((box) => box.value)),
      family: value("family"),
      audience: value("audience"),
      template: template ? template.selectedIndex - 1 : -1,
      function: value("function").toLowerCase(),
      words: value("q").toLowerCase().split(/\s+/).filter(Boolean),
    };
  }

  function apply() {
    const state = current();
    for (const element of [...findings, ...paths, ...items]) element.hidden = !wanted(element, state);
    for (const rule of rules) {
      const count = rule.querySelectorAll(".finding:not([hidden])").length;
      rule.hidden = count === 0;
      rule.querySelector(".shown-count").textContent = count;
    }
    const left = findings.filter((element) => !element.hidden).length;
    const word = findings.length === 1 ? "finding" : "findings";
    document.getElementById("tally").value = left === findings.length
      ? `${left} ${word}` : `${left} of ${findings.length} ${word}`;
    drawMap(state);
    remember(true);
  }

  function drawMap(state) {
    if (!map) return;
    const row = state.function && items.find((item) => item.id.startsWith("function-")
      && !item.hidden && item.dataset.function.toLowerCase() === state.function);
    if (row && map.focus(row.id)) return;
    if (state.template >= 0) map.template(state.template);
    else map.show(view.value);
  }

  form.addEventListener("input", apply);
  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));

  /* A reset tells of itself before the fields change: what must hold at once is applied here. */
  function clear() {
    form.reset();
    apply();
  }

  /* --- paths on the map --------------------------------------------------------------------- */

  function choose(id, scroll) {
    path = id;
    const number = paths.findIndex((element) => element.id === id) + 1;
    for (const chip of document.querySelectorAll(".path-chip")) {
      chip.setAttribute("aria-pressed", String(Number(chip.dataset.path) === number));
    }
    if (map) map.choose(number);
    if (said) said.textContent = number ? `Path ${number}: ${paths[number - 1].querySelector("h3").textContent}` : "";
    if (scroll) document.getElementById("map").scrollIntoView();
    remember(true);
  }

  document.addEventListener("click", (event) => {
    const chip = event.target.closest(".path-chip, .show-path");
    if (chip) {
      const id = paths[Number(chip.dataset.path) - 1].id;
      const again = id === path && chip.matches(".path-chip");
      choose(again ? "" : id, chip.matches(".show-path"));
    }
    const link = event.target.closest("a[href^='#']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const name = link.getAttribute("href").slice(1);
    if (link.matches(".node")) focusFunction(name);
    else go(name);
  });

  function focusFunction(name) {
    const row = document.getElementById(name);
    if (!row || !field("function")) return;
    const again = value("function") === row.dataset.function;
    field("function").value = again ? "" : row.dataset.function;
    apply();
  }

  if (view) {
    view.addEventListener("change", () => {
      map.show(view.value);
      said.textContent = map.note();
    });
  }

  /* --- links and the address ---------------------------------------------------------------- */

  function remember(replace) {
    const query = new URLSearchParams();
    if (boxes.some((box) => !box.checked)) {
      query.set("severity", boxes.filter((box) => box.checked).map((box) => box.value).join(","));
    }
    for (const name of ["family", "audience", "template", "function", "q"]) {
      if (value(name)) query.set(name, value(name));
    }
    if (path) query.set("path", path.replace(/^path-/, ""));
    const text = query.toString();
    const hash = anchor || text ? `#${anchor}${text ? `?${text}` : ""}` : " ";
    if (hash === location.hash || (hash === " " && !location.hash)) return;
    if (replace) history.replaceState(null, "", hash === " " ? location.pathname + location.search : hash);
    else history.pushState(null, "", hash);
  }

  function restore() {
    const [name, query] = location.hash.slice(1).split("?");
    const state = new URLSearchParams(query || "");
    for (const box of boxes) {
      box.checked = !state.has("severity") || state.get("severity").split(",").includes(box.value);
    }
    for (const key of ["family", "audience", "template", "function", "q"]) {
      if (field(key)) field(key).value = state.get(key) || "";
    }
    anchor = decoded(name);
    apply();
    choose(state.has("path") ? `path-${state.get("path")}` : "", false);
    if (anchor) reveal(anchor);
  }

  function decoded(name) {
    try {
      return decodeURIComponent(name);
    } catch {
      return "";
    }
  }

  function go(name) {
    anchor = name;
    remember(false);
    reveal(name);
  }

  /* Bring an element into sight: past filters, out of folded parts. */
  function reveal(name) {
    const element = name && document.getElementById(name);
    if (!element) return;
    if (element.closest("[hidden]")) clear();
    for (let one = element; one; one = one.parentElement) {
      if (one.tagName === "DETAILS") one.open = true;
    }
    for (const old of document.querySelectorAll(".target")) old.classList.remove("target");
    element.classList.add("target");
    element.scrollIntoView({ block: "start" });
    const focus = element.querySelector("summary") || element;
    if (focus === element && !element.hasAttribute("tabindex")) element.tabIndex = -1;
    focus.focus({ preventScroll: true });
  }

  window.addEventListener("hashchange", restore);
  window.addEventListener("popstate", restore);

  /* --- keys, theme, print -------------------------------------------------------------------- */

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      field("q").focus();
    }
    if (event.key !== "Escape") return;
    if (path) choose("", false);
    else clear();
  });

  const theme = document.getElementById("theme");
  const themes = ["auto", "light", "dark"];
  function setTheme(name) {
    root.dataset.theme = name;
    theme.textContent = `Theme: ${name}`;
    try {
      localStorage.setItem("ringfence-theme", name);
    } catch { /* no storage for this page: the choice lasts as long as it is open */ }
  }
  theme.addEventListener("click", () => {
    setTheme(themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length]);
  });
  let stored = null;
  try {
    stored = localStorage.getItem("ringfence-theme");
  } catch { /* as above */ }
  setTheme(themes.includes(stored) ? stored : "auto");

  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = Array.from(document.querySelectorAll("details:not([open])"));
    for (const one of folded) one.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
  });

  if (map) map.fit(0.75);
  restore();
})();
