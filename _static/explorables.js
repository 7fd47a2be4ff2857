// Figures that the reader moves. lab/explorables.py writes the elements and their start values;
// each is replaced here by a figure that answers to sliders, dragging and arrow keys.
"use strict";

(() => {
  // Arithmetic: the reference module's formulas.
  const sum = (v) => v.reduce((a, b) => a + b, 0);
  const mean = (v) => sum(v) / v.length;
  const variance = (v) => {
    const m = mean(v);
    return mean(v.map((x) => (x - m) ** 2));
  };
  const normalize = (v, eps) => {
    const m = mean(v), std = Math.sqrt(variance(v) + eps);
    return v.map((x) => (x - m) / std);
  };
  const text = (x, digits = 3) => x.toFixed(digits).replace(/^-(0\.?0*)$/, "$1");

  // Elements
  const SVG = "http://www.w3.org/2000/svg";
  const set = (node, attributes) => {
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  };
  const add = (parent, tag, attributes = {}, content = "") => {
    const node = parent.namespaceURI === SVG || tag === "svg"
      ? document.createElementNS(SVG, tag) : document.createElement(tag);
    parent.append(set(node, attributes));
    if (content !== "") node.textContent = content;
    return node;
  };

  // A named number that is shown, below the figure or in a table: r(value) shows it.
  const reading = (parent, name, title) => {
    const place = add(parent, "span", {}, `${title} `);
    const output = add(place, "output", { "data-name": name });
    return (value, digits) => { output.textContent = text(value, digits); };
  };
  const table = (parent, heads) => {
    const grid = add(add(parent, "div", { class: "wide" }), "table");
    const row = add(add(grid, "thead"), "tr");
    for (const head of heads) add(row, "th", { scope: "col" }, head);
    const body = add(grid, "tbody");
    return (rows) => {
      body.replaceChildren();
      rows.forEach((cells, i) => {
        const line = add(body, "tr");
        cells.forEach((cell, j) => add(line, "td", { "data-name": `${heads[j]} ${i + 1}` }, cell));
      });
    };
  };

  // A slider with its value; returns a function that reads it.
  const slider = (parent, name, { min, max, step, value, show = String, read = (v) => v }, change) => {
    const label = add(parent, "label");
    add(label, "span", {}, name);
    const input = add(label, "input", { type: "range", name, min, max, step, value });
    const output = add(label, "output", { "data-name": name });
    const current = () => read(Number(input.value));
    const tell = () => {
      output.textContent = show(current());
      input.setAttribute("aria-valuetext", output.textContent);
    };
    input.addEventListener("input", () => { tell(); change(); });
    tell();
    return current;
  };

  // A drawing area, and a horizontal axis of values with its ticks at `y`.
  const drawing = (parent, width, height, words) =>
    add(parent, "svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": words });
  const across = (from, to, left, right) => (v) => left + (v - from) / (to - from) * (right - left);
  const axis = (svg, at, y, ticks) => {
    add(svg, "line", { class: "axis", x1: at(ticks[0]), x2: at(ticks.at(-1)), y1: y, y2: y });
    for (const tick of ticks) {
      add(svg, "line", { class: "axis", x1: at(tick), x2: at(tick), y1: y, y2: y + 4 });
      add(svg, "text", { x: at(tick), y: y + 18, "text-anchor": "middle" }, String(tick));
    }
  };

  const figures = {
    // The four steps on a small batch whose values can be dragged.
    "four-steps"(root, { x, gamma, beta, eps }) {
      const low = -4, high = 4, names = ["x", "x − μ", "x̂", "y"];
      const svg = drawing(root, 400, 230, "Four steps. Drag a value of x, or move it by arrow keys.");
      const at = across(low, high, 60, 390), height = (row) => 22 + 50 * row;
      names.forEach((name, row) => {
        add(svg, "text", { x: 4, y: height(row) + 5 }, name);
        add(svg, "line", { class: "axis", x1: at(low), x2: at(high), y1: height(row), y2: height(row) });
      });
      axis(svg, at, height(3) + 26, [-4, -2, 0, 2, 4]);
      const marks = names.map(() => add(svg, "path", { class: "mark" }));
      const dots = names.map((_, row) => x.map((_, n) => add(svg, "circle", row > 0
        ? { class: "dot", r: 6, cy: height(row) }
        : { class: "dot movable", r: 8, cy: height(0), tabindex: 0, role: "slider",
            "aria-label": `x of sample ${n + 1}`, "aria-valuemin": low, "aria-valuemax": high })));
      const readings = add(root, "div", { class: "readings" });
      const show = [reading(readings, "mean", "μ ="), reading(readings, "variance", "σ² ="),
        reading(readings, "std", "√(σ² + ε) =")];
      const rows = table(root, ["sample", "x", "x − μ", "x̂", "y"]);

      const draw = () => {
        const m = mean(x), v = variance(x), x_hat = normalize(x, eps);
        const steps = [x, x.map((value) => value - m), x_hat, x_hat.map((h) => gamma * h + beta)];
        steps.forEach((values, row) => {
          values.forEach((value, n) => set(dots[row][n], { cx: at(value) }));
          const centre = mean(values), spread = Math.sqrt(variance(values)), y = height(row) + 13;
          set(marks[row], { d: `M${at(centre - spread)} ${y}H${at(centre + spread)}M${at(centre)} ${y - 26}v30` });
        });
        x.forEach((value, n) => set(dots[0][n], { "aria-valuenow": text(value, 2) }));
        [m, v, Math.sqrt(v + eps)].forEach((value, i) => show[i](value));
        rows(x.map((_, n) => [n + 1, ...steps.map((values) => text(values[n]))]));
      };
      const move = (n, value) => {
        x[n] = Math.min(high, Math.max(low, Math.round(value * 100) / 100));
        draw();
      };
      const by = { ArrowLeft: -0.1, ArrowDown: -0.1, ArrowRight: 0.1, ArrowUp: 0.1, PageUp: 1, PageDown: -1 };
      dots[0].forEach((dot, n) => {
        dot.addEventListener("keydown", (event) => {
          if (!(event.key in by)) return;
          event.preventDefault();
          move(n, x[n] + by[event.key]);
        });
        dot.addEventListener("pointerdown", (event) => dot.setPointerCapture(event.pointerId));
        dot.addEventListener("pointermove", (event) => {
          if (!dot.hasPointerCapture(event.pointerId)) return;
          const here = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
          move(n, low + (here.x - at(low)) / (at(high) - at(low)) * (high - low));
        });
      });
      draw();
    },

    // gamma, beta and eps for features that vary much, little and hardly at all.
    "scale-shift-eps"(root, { features, gamma, beta, eps }) {
      const all = Object.entries(features);
      const svg = drawing(root, 400, 60 * all.length + 30, "The values of each feature after batch normalisation.");
      const at = across(-6, 6, 10, 390);
      const dots = all.map(([name, values], row) => {
        add(svg, "text", { x: 10, y: 60 * row + 16 }, name);
        return values.map(() => add(svg, "circle", { class: "dot", r: 5, cy: 60 * row + 34 }));
      });
      const marks = all.map(() => add(svg, "path", { class: "mark" }));
      axis(svg, at, 60 * all.length, [-6, -4, -2, 0, 2, 4, 6]);
      const controls = add(root, "div", { class: "controls" });
      const change = () => draw();
      const scale = slider(controls, "gamma", { min: -2, max: 3, step: 0.1, value: gamma }, change);
      const shift = slider(controls, "beta", { min: -3, max: 3, step: 0.1, value: beta }, change);
      const floor = slider(controls, "eps", { min: -10, max: 0, step: 0.5, value: Math.log10(eps),
        show: (e) => e.toExponential(1), read: (power) => Number((10 ** power).toPrecision(2)) }, change);
      const rows = table(root, ["feature", "std of x", "std of x̂", "mean of y", "std of y"]);

      const draw = () => {
        const lines = all.map(([name, values], row) => {
          const x_hat = normalize(values, floor()), y = x_hat.map((h) => scale() * h + shift());
          y.forEach((value, n) => set(dots[row][n], { cx: at(Math.max(-6.2, Math.min(6.2, value))) }));
          const std = (v) => Math.sqrt(variance(v)), centre = mean(y), place = 60 * row + 48;
          set(marks[row], { d: `M${at(centre - std(y))} ${place}H${at(centre + std(y))}M${at(centre)} ${place - 26}v30` });
          return [name, text(std(values), 4), text(std(x_hat)), text(centre), text(std(y))];
        });
        rows(lines);
      };
      draw();
    },

    // A stream of batches, their means, and the running mean, for any batch size and momentum.
    "running-average"(root, { stream, batch_size, momentum, batches }) {
      const svg = drawing(root, 400, 220, "Means of batches, and the running mean.");
      const centre = mean(stream), spread = Math.sqrt(variance(stream));
      const at = across(0, batches, 45, 390), low = Math.min(0, centre) - 2.2 * spread;
      const up = across(low, Math.max(0, centre) + 2.2 * spread, 185, 5);
      axis(svg, at, 185, [0, 20, 40, 60, 80, 100].filter((tick) => tick <= batches));
      add(svg, "text", { x: at(batches / 2), y: 218, "text-anchor": "middle" }, "batch");
      for (const [value, name] of [[0, "0"], [centre, "all"]]) {
        add(svg, "text", { x: 38, y: up(value) + 4, "text-anchor": "end" }, name);
        add(svg, "line", { class: "dotted", x1: 45, x2: 390, y1: up(value), y2: up(value) });
      }
      const dots = Array.from({ length: batches }, (_, k) =>
        add(svg, "circle", { class: "dot", r: 3, cx: at(k + 1) }));
      const path = add(svg, "path", { class: "mark" });
      const controls = add(root, "div", { class: "controls" });
      const change = () => draw();
      const size = slider(controls, "batch size", { min: 1, max: Math.floor(Math.log2(stream.length / batches)),
        step: 1, value: Math.log2(batch_size), read: (power) => 2 ** power }, change);
      const weight = slider(controls, "momentum", { min: 0.01, max: 1, step: 0.01, value: momentum,
        show: (m) => text(m, 2) }, change);
      const seen = slider(controls, "batches seen", { min: 1, max: batches, step: 1, value: batches }, change);
      const readings = add(root, "div", { class: "readings" });
      const show = Object.fromEntries([
        ["keras", "momentum in Keras and CS231n"], ["running_mean", "running mean"], ["running_var", "running variance"],
        ["all_mean", "mean of all"], ["all_var", "variance of all"],
        ["noise", "spread of the batch means"], ["expected", "σ / √N"],
      ].map(([name, title]) => [name, reading(readings, name, title)]));

      const draw = () => {
        const N = size(), alpha = weight(), means = [];
        let running_mean = 0, running_var = 1, line = `M${at(0)} ${up(0)}`;
        for (let k = 0; k < seen(); k++) {
          const batch = stream.slice(k * N, (k + 1) * N);
          means.push(mean(batch));
          running_mean = (1 - alpha) * running_mean + alpha * means[k];
          running_var = (1 - alpha) * running_var + alpha * variance(batch) * N / (N - 1);
          line += `L${at(k + 1)} ${up(running_mean)}`;
        }
        dots.forEach((dot, k) => {
          dot.style.display = k < means.length ? "" : "none";
          if (k < means.length) set(dot, { cy: up(means[k]) });
        });
        set(path, { d: line });
        show.keras(1 - alpha, 2);
        show.running_mean(running_mean);
        show.running_var(running_var);
        show.all_mean(centre);
        show.all_var(spread ** 2);
        show.noise(Math.sqrt(variance(means)));
        show.expected(spread / Math.sqrt(N));
      };
      draw();
    },

    // The means of batches of every size, cut from the same values.
    "batch-noise"(root, { values, batch_size }) {
      const last = Math.floor(Math.log2(values.length / 4)), centre = mean(values);
      const spread = Math.sqrt(variance(values)), shown = 48;
      const svg = drawing(root, 400, 240, "Means of batches, for each batch size.");
      const at = across(0, last, 55, 380);
      const batches = Array.from({ length: last + 1 }, (_, power) => {
        const N = 2 ** power, K = Math.floor(values.length / N);
        return Array.from({ length: K }, (_, k) => values.slice(k * N, (k + 1) * N));
      });
      const drawn = batches.flatMap((group) => group.slice(0, shown).map(mean));
      const reach = Math.max(...drawn.map((m) => Math.abs(m - centre)));
      const up = across(centre - reach, centre + reach, 192, 5);
      for (const [value, name] of [[centre - spread, "μ − σ"], [centre, "μ"], [centre + spread, "μ + σ"]]) {
        add(svg, "text", { x: 40, y: up(value) + 4, "text-anchor": "end" }, name);
        add(svg, "line", { class: "dotted", x1: 45, x2: 390, y1: up(value), y2: up(value) });
      }
      const columns = batches.map((group, power) => {
        add(svg, "text", { x: at(power), y: 213, "text-anchor": "middle" }, String(2 ** power));
        const column = add(svg, "g");
        for (const batch of group.slice(0, shown)) add(column, "circle", { class: "dot", r: 3, cx: at(power), cy: up(mean(batch)) });
        return column;
      });
      add(svg, "text", { x: at(last / 2), y: 236, "text-anchor": "middle" }, "batch size N");
      const path = add(svg, "path", { class: "mark" });
      const controls = add(root, "div", { class: "controls" });
      const size = slider(controls, "batch size", { min: 0, max: last, step: 1, value: Math.log2(batch_size),
        read: (power) => 2 ** power }, () => draw());
      const readings = add(root, "div", { class: "readings" });
      const show = Object.fromEntries([
        ["noise", "spread of the means"], ["expected", "σ / √N"], ["variances", "average variance in a batch"], ["all_var", "σ²"],
      ].map(([name, title]) => [name, reading(readings, name, title)]));

      const draw = () => {
        const N = size(), power = Math.log2(N), means = batches[power].map(mean);
        const noise = Math.sqrt(variance(means)), middle = mean(means);
        columns.forEach((column, p) => { column.style.opacity = p === power ? 1 : 0.4; });
        set(path, { d: `M${at(power) + 8} ${up(middle - noise)}V${up(middle + noise)}` });
        show.noise(noise);
        show.expected(spread / Math.sqrt(N));
        show.variances(mean(batches[power].map(variance)));
        show.all_var(spread ** 2);
      };
      draw();
    },
  };

  const start = (root) => {
    for (const place of root.querySelectorAll(".explorable")) {
      const live = document.createElement("div");
      try {
        figures[place.dataset.figure](live, JSON.parse(place.dataset.start));
        place.replaceChildren(live);
      } catch (error) {
        console.error(error); // and the still picture stays
      }
    }
  };
  if (document.readyState !== "loading") start(document);
  else document.addEventListener("DOMContentLoaded", () => start(document));
  document.addEventListener("shown", ({ target }) => start(target));  // by code that has run
})();
