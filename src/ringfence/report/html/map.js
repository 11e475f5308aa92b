"use strict";
/* The map: which things are shown, where they stand (the rules of layout.py: columns and orders are
   given, places follow the neighbours), which path stands out, and how large it all is. */
const map = (() => {
  const svg = document.getElementById("drawing");
  if (!svg) return null;
  const view = document.getElementById("map-view");
  const margin = Number(svg.dataset.margin);
  const between = Number(svg.dataset.between);
  const gap = Number(svg.dataset.gap);
  const numbers = (said) => (said ? said.split(" ").map(Number) : []);

  const nodes = Array.from(svg.querySelectorAll(".node"), (element) => {
    const box = element.querySelector("rect");
    return {
      element, into: [], out: [], paths: numbers(element.dataset.p), template: element.dataset.t,
      column: Number(element.dataset.c), order: Number(element.dataset.o), y: 0,
      width: Number(box.getAttribute("width")), height: Number(box.getAttribute("height")),
      isFunction: element.matches("a.function"), matters: element.classList.contains("matters"),
    };
  });
  const edges = Array.from(svg.querySelectorAll(".edge"), (element) => {
    const edge = {
      element, source: nodes[element.dataset.s], target: nodes[element.dataset.t],
      paths: numbers(element.dataset.p), passes: element.classList.contains("passes"),
      bends: (element.dataset.v || "").split(" ").filter(Boolean),
    };
    edge.source.out.push(edge);
    edge.target.into.push(edge);
    return edge;
  });
  const first = new Set(nodes.filter((node) => !node.element.classList.contains("off")));
  let shown = first;
  let scale = 1;
  let chosen = 0;

  /* --- what is shown ---------------------------------------------------------------------- */

  const isSender = (node) => node.element.classList.contains("sender");
  const isEntry = (node) => node.element.classList.contains("entry");

  function withEntries(found, node) {
    found.add(node);
    for (const { source: entry } of node.into) {
      if (!isEntry(entry)) continue;
      found.add(entry);
      for (const edge of entry.into) if (isSender(edge.source)) found.add(edge.source);
    }
  }

  function around(functions) {
    const found = new Set();
    for (const node of functions) {
      withEntries(found, node);
      for (const { target, passes } of node.out) {
        if (passes) continue;
        found.add(target);
        for (const edge of target.out) found.add(edge.target);
      }
    }
    return found;
  }

  /* A function, what reaches it, what it opens, and the next functions before and behind it. */
  function neighbours(node) {
    const found = around([node]);
    for (const { source: entry } of node.into) {
      for (const edge of entry.into) if (edge.passes) withEntries(found, edge.source);
    }
    for (const { target: entry, passes } of node.out) {
      if (!passes) continue;
      found.add(entry);
      for (const edge of entry.out) found.add(edge.target);
    }
    return found;
  }

  const functions = (test) => nodes.filter((node) => node.isFunction && test(node));

  function select(name) {
    if (name === "first") return first;
    return around(functions(name === "matters" ? (node) => node.matters : () => true));
  }

  /* --- places ----------------------------------------------------------------------------- */

  /* The places nearest to those wanted (least squares) at which nothing overlaps. */
  function apart(items, wanted) {
    let shift = 0;
    const pools = [];
    const shifts = items.map((item) => {
      const own = shift;
      shift += item.height + gap;
      return own;
    });
    items.forEach((item, index) => {
      let pool = { total: wanted[index] - shifts[index], count: 1 };
      while (pools.length && pools.at(-1).total / pools.at(-1).count > pool.total / pool.count) {
        const above = pools.pop();
        pool = { total: pool.total + above.total, count: pool.count + above.count };
      }
      pools.push(pool);
    });
    let index = 0;
    for (const pool of pools) {
      for (let rest = pool.count; rest; rest -= 1, index += 1) {
        items[index].y = pool.total / pool.count + shifts[index];
      }
    }
  }

  function place(columns, links) {
    for (const items of columns) apart(items, items.map(() => 0));
    for (let sweep = 0; sweep < 7; sweep += 1) {
      const ahead = sweep % 2 === 0;
      for (const items of ahead ? columns : [...columns].reverse()) {
        apart(items, items.map((item) => {
          const near = links.get(item)[ahead ? 0 : 1];
          if (!near.size) return item.y;
          let sum = 0;
          for (const other of near) sum += other.y + other.height / 2;
          return sum / near.size - item.height / 2;
        }));
      }
    }
  }

  function draw() {
    const lines = edges.filter((edge) => shown.has(edge.source) && shown.has(edge.target));
    const left = new Map();
    const wide = new Map();
    for (const node of shown) wide.set(node.column, node.width);
    let x = margin;
    for (const column of [...wide.keys()].sort((a, b) => a - b)) {
      left.set(column, x);
      x += wide.get(column) + between;
    }
    const bends = new Map();
    const chains = lines.map((edge) => [edge.source, ...edge.bends.flatMap((key) => {
      const [column, order] = key.split(":").map(Number);
      if (!left.has(column)) return [];
      if (!bends.has(key)) bends.set(key, { column, order, height: 6, y: 0, bend: true });
      return [bends.get(key)];
    }), edge.target]);
    const items = [...shown, ...bends.values()];
    const links = new Map(items.map((item) => [item, [new Set(), new Set()]]));
    for (const chain of chains) {
      if (chain[0].column >= chain.at(-1).column) continue;
      chain.slice(1).forEach((item, index) => {
        links.get(item)[0].add(chain[index]);
        links.get(chain[index])[1].add(item);
      });
    }
    const columns = [...left.keys()].map((column) => items
      .filter((item) => item.column === column)
      .sort((one, other) => one.order - other.order));
    place(columns, links);
    const top = Math.min(...items.map((item) => item.y)) - margin;
    for (const item of items) item.y -= top;
    for (const node of nodes) {
      node.element.classList.toggle("off", !shown.has(node));
      if (shown.has(node)) {
        node.element.setAttribute("transform", `translate(${left.get(node.column)} ${node.y.toFixed(1)})`);
      }
    }
    for (const edge of edges) edge.element.classList.add("off");
    lines.forEach((edge, index) => drawLine(edge, chains[index], left, wide));
    const height = Math.max(...items.map((item) => item.y + item.height)) + margin;
    svg.setAttribute("viewBox", `0 0 ${x - between + margin} ${Math.ceil(height)}`);
    resize(scale);
  }

  function drawLine(edge, chain, left, wide) {
    const middle = (item) => item.y + item.height / 2;
    const points = chain.flatMap((item, index) => {
      const from = left.get(item.column);
      const to = from + wide.get(item.column);
      if (index === 0) return [[to, middle(item)]];
      return item.bend ? [[from, middle(item)], [to, middle(item)]] : [[from, middle(item)]];
    });
    const said = points.slice(1).map(([x, y], index) => {
      const [before, level] = points[index];
      if (level === y && x > before) return `H${x}`;
      const bow = x > before ? (x - before) / 2 : between;
      return `C${before + bow} ${level} ${x - bow} ${y} ${x} ${y}`;
    });
    edge.element.classList.remove("off");
    edge.element.querySelector("path").setAttribute("d", `M${points[0].join(" ")}${said.join("")}`);
    const label = edge.element.querySelector("text");
    if (label) {
      label.setAttribute("x", points.at(-1)[0] - 5);
      label.setAttribute("y", points.at(-1)[1] - 5);
    }
  }

  function show(wanted) {
    const same = wanted.size === shown.size && [...wanted].every((node) => shown.has(node));
    if (same || !wanted.size) return;
    shown = wanted;
    draw();
  }

  /* --- size and movement ------------------------------------------------------------------ */

  function resize(wanted) {
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    scale = Math.min(3, Math.max(0.15, wanted));
    svg.setAttribute("width", width * scale);
    svg.setAttribute("height", height * scale);
  }

  function fit(least = 0.15) {
    const [, , width] = svg.getAttribute("viewBox").split(" ").map(Number);
    resize(Math.max(least, Math.min(1, (view.clientWidth - 2) / width)));
  }

  function zoom(factor) {
    const middle = [view.scrollLeft + view.clientWidth / 2, view.scrollTop + view.clientHeight / 2];
    const before = scale;
    resize(scale * factor);
    view.scrollLeft = middle[0] * scale / before - view.clientWidth / 2;
    view.scrollTop = middle[1] * scale / before - view.clientHeight / 2;
  }

  view.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15);
  }, { passive: false });
  view.addEventListener("keydown", (event) => {
    const factor = { "+": 1.2, "=": 1.2, "-": 1 / 1.2 }[event.key];
    if (factor) zoom(factor);
    if (event.key === "0") fit();
  });
  let held = null;
  view.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button || event.target.closest("a")) return;
    held = [event.clientX + view.scrollLeft, event.clientY + view.scrollTop];
    view.setPointerCapture(event.pointerId);
  });
  view.addEventListener("pointermove", (event) => {
    if (!held) return;
    view.scrollLeft = held[0] - event.clientX;
    view.scrollTop = held[1] - event.clientY;
  });
  view.addEventListener("pointerup", () => { held = null; });
  view.addEventListener("pointercancel", () => { held = null; });
  document.getElementById("larger").addEventListener("click", () => zoom(1.2));
  document.getElementById("smaller").addEventListener("click", () => zoom(1 / 1.2));
  document.getElementById("fit").addEventListener("click", () => fit());

  /* --- a path, and what a pointer rests on ------------------------------------------------- */

  function highlight(test) {
    const any = nodes.some(test);
    svg.classList.toggle("chosen", any);
    for (const node of nodes) node.element.classList.toggle("on", any && test(node));
    return any;
  }

  /* Let a path stand out; 0 for none. */
  function choose(number) {
    chosen = number;
    const along = nodes.filter((node) => node.paths.includes(number));
    if (along.some((node) => !shown.has(node))) show(new Set([...shown, ...along]));
    highlight((node) => number > 0 && node.paths.includes(number));
    for (const edge of edges) edge.element.classList.toggle("on", edge.paths.includes(number));
    if (!along.length) return;
    const top = Math.min(...along.map((node) => node.y || Infinity));
    const at = along[0].element.getBoundingClientRect().top - view.getBoundingClientRect().top;
    if (Number.isFinite(top) || at < 0 || at > view.clientHeight) {
      view.scrollTop += at - view.clientHeight / 3;
    }
  }

  svg.addEventListener("pointerover", (event) => {
    const element = event.target.closest(".node");
    if (chosen) return;
    const node = element && nodes.find((one) => one.element === element);
    const near = new Set(node ? [node, ...node.into.map((e) => e.source), ...node.out.map((e) => e.target)] : []);
    highlight((one) => near.has(one));
    for (const edge of edges) {
      edge.element.classList.toggle("on", Boolean(node) && (edge.source === node || edge.target === node));
    }
  });
  svg.addEventListener("pointerleave", () => { if (!chosen) choose(0); });

  return {
    choose,
    fit,
    show: (name) => show(select(name)),
    focus(id) {
      const node = nodes.find((one) => one.isFunction && one.element.getAttribute("href") === `#${id}`);
      if (node) show(neighbours(node));
      return Boolean(node);
    },
    template: (index) => show(around(functions((node) => node.template === String(index)))),
    note: () => {
      const count = functions((node) => shown.has(node)).length;
      return `${count} ${count === 1 ? "function" : "functions"} drawn`;
    },
  };
})();
