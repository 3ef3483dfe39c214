"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);

  // Everything a target sent goes into textContent; nothing here parses markup.
  function make(tag, className, ...children) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children.filter((child) => child !== ""));
    return element;
  }

  function chip(kind, prefix, name, words) {
    const symbol = make("span", "sym", words[0]);
    symbol.setAttribute("aria-hidden", "true");
    return make("span", `chip ${prefix}-${name}`, symbol, words[1] + (kind ? ` (${kind})` : ""));
  }

  // `code` and **strong** as the contract writes them.
  function prose(text) {
    return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
      if (/^`[^`]+`$/.test(part)) return make("code", "", part.slice(1, -1));
      if (/^\*\*[^*]+\*\*$/.test(part)) return make("strong", "", part.slice(2, -2));
      return part;
    });
  }

  function trial(number) {
    const [id, title, verdict, judgement, reason, finding] = data.trials[number];
    if (finding >= 0) {
      const copy = byId(`finding-${finding}`).cloneNode(true);
      copy.removeAttribute("id");
      copy.open = false;
      return make("li", "", copy);
    }
    const aside = judgement === "sound" ? "" : judgement;
    const line = make("div", "plain", chip(aside, "v", verdict, data.verdicts[verdict]));
    line.append(make("span", "name", title || id), make("span", "id", make("code", "", id)));
    if (reason) line.append(make("span", "id", reason));
    return make("li", "", line);
  }

  function proof([requirement, state, trials, apart]) {
    const box = make("section", "proof");
    const [keyword, text] = data.requirements[requirement] || ["", ""];
    const head = make("h3", "", chip("", "s", state, data.states[state]));
    if (requirement) head.append(make("code", "", requirement));
    box.append(head);
    if (text) box.append(make("p", "", make("b", "", keyword), " ", ...prose(text)));
    if (trials.length) box.append(make("ul", "trials", ...trials.map(trial)));
    else box.append(make("p", "note", apart ? data.apart[apart] : "No trial of this run bears on it."));
    return box;
  }

  const panel = byId("panel");
  function open(kind, row, column) {
    const [name, means, cells] = data[kind][row];
    byId("panel-where").textContent = data.columns[column].join(" · ");
    byId("panel-title").textContent = means ? `${name}: ${means}` : name;
    const proofs = cells[column];
    const counted = proofs.filter((one) => !one[3]);
    const apart = proofs.filter((one) => one[3]);
    const body = counted.map(proof);
    if (apart.length) body.push(make("h3", "apart", "Not counted"), ...apart.map(proof));
    byId("panel-body").replaceChildren(...body);
    if (!panel.open) panel.showModal();
    panel.scrollTop = 0;
    byId("panel-title").focus();
    remember([name, ...data.columns[column]].map(encodeURIComponent).join("/"));
  }

  // The address names the cell or finding that is open, so that it can be passed on.
  function remember(hash) {
    try {
      history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
    } catch { /* a browser may forbid it for a file; the page works without */ }
  }
  function visit() {
    const hash = location.hash.slice(1);
    const finding = /^finding-\d+$/.test(hash) && byId(hash);
    if (finding) {
      finding.open = true;
      finding.scrollIntoView();
      return;
    }
    let parts = [];
    try {
      parts = hash.split("/").map(decodeURIComponent);
    } catch { return; /* not an address that this page made */ }
    if (parts.length !== 3) return;
    const column = data.columns.findIndex((one) => one[0] === parts[1] && one[1] === parts[2]);
    for (const kind of ["capabilities", "groups"]) {
      const row = data[kind].findIndex((one) => one[0] === parts[0]);
      if (row >= 0 && column >= 0) {
        open(kind, row, column);
        return;
      }
    }
  }
  panel.addEventListener("close", () => remember(""));
  addEventListener("hashchange", visit);
  for (const one of document.querySelectorAll("#findings .finding")) {
    one.addEventListener("toggle", () => {
      if (one.open && !panel.open) remember(one.id);
    });
  }
  byId("panel-close").addEventListener("click", () => panel.close());
  panel.addEventListener("click", (event) => {
    if (event.target === panel) panel.close();
  });

  for (const cell of document.querySelectorAll("span.cell")) {
    const button = make("button", cell.className, ...cell.childNodes);
    button.type = "button";
    button.setAttribute("aria-haspopup", "dialog");
    const { kind, row, column } = cell.dataset;
    button.addEventListener("click", () => open(kind, Number(row), Number(column)));
    cell.replaceWith(button);
  }

  const attention = new Set(["lying", "broken", "weak", "in_part", "untested"]);
  const rows = [...document.querySelectorAll("#groups tbody tr:not(.area-head)")].map(
    (element, number) => {
      const [name, , cells] = data.groups[number];
      const area = element.parentElement.querySelector(".area-head").textContent;
      const texts = cells.flat().flatMap(([requirement, , trials]) => [
        requirement,
        ...(data.requirements[requirement] || []),
        ...trials.flatMap((one) => data.trials[one].slice(0, 2)),
      ]);
      const states = [...element.querySelectorAll("td")].map((cell) => cell.dataset.state);
      return { element, states, text: [area, name, ...new Set(texts)].join("\n").toLowerCase() };
    },
  );
  function filter() {
    const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const only = byId("only").value;
    let shown = 0;
    for (const { element, states, text } of rows) {
      const fits =
        words.every((word) => text.includes(word)) &&
        (!only || states.some((one) => (only === "attention" ? attention.has(one) : one === only)));
      element.hidden = !fits;
      shown += fits;
    }
    for (const area of document.querySelectorAll("#groups tbody")) {
      area.hidden = !area.querySelector("tr:not(.area-head):not([hidden])");
    }
    byId("count").textContent = `${shown} of ${rows.length} groups`;
  }
  byId("filters").hidden = false;
  byId("filters").addEventListener("input", filter);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  filter();

  visit();

  const themes = ["auto", "light", "dark"];
  const button = byId("theme");
  function theme(name) {
    if (name === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    button.querySelector("span").textContent = name;
  }
  let chosen = "auto";
  try {
    const kept = localStorage.getItem("dbal-conform-theme");
    if (themes.includes(kept)) chosen = kept;
  } catch { /* a browser may keep nothing for a file; the choice then lasts as long as the page */ }
  theme(chosen);
  button.hidden = false;
  button.addEventListener("click", () => {
    chosen = themes[(themes.indexOf(chosen) + 1) % themes.length];
    theme(chosen);
    try {
      localStorage.setItem("dbal-conform-theme", chosen);
    } catch { /* as above */ }
  });

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("main details:not([open])")];
    for (const one of closed) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
  });
})();
