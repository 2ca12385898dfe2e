// The interactive map: what is chosen, what is drawn, what a pointer or a key does.

function makeViewer(root, data) {
  const axes = data.axes;
  const strides = stridesOf(axes);
  const isLine = axes.length === 1;
  const time = axes.findIndex((axis) => axis.isTime);
  const places = axes.map((_, k) => k);
  const space = places.filter((k) => k !== time && !axes[k].isParameter);
  // Two axes of space if there are; else time, and a parameter last of all.
  const order = [...space, ...places.filter((k) => k === time), ...places.filter((k) => axes[k].isParameter)];
  const state = {
    unknown: 0,
    quantity: "solution",
    across: order[0],
    up: isLine ? order[0] : order[1],
    indices: axes.map((axis, k) =>
      space.length > 1 && k === time ? 0 : Math.floor((axis.values.length - 1) / 2)),
    isMarked: false,
    timer: null,
  };
  const cache = [];
  const quantities = () => (cache[state.unknown] ||= quantitiesOf(data.unknowns[state.unknown]));
  const unknown = () => data.unknowns[state.unknown];

  const controls = made("div", "bar");
  const sliders = made("div", "bar");
  const panes = made("div", isLine ? "panes single" : "panes");
  const left = made("div");
  const canvas = made("canvas", "map");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  const readout = made("p", "readout");
  readout.setAttribute("aria-live", "polite");
  left.append(canvas, readout);
  const right = made("div", "profiles");
  const charts = isLine ? [] : axes.map(() => made("canvas"));
  right.append(...charts);
  panes.append(left);
  if (!isLine) panes.append(right);
  root.append(controls, sliders, panes);
  if (data.isPlane || data.isThinned) {
    const told = data.isPlane ? "The plane through the center of the domain. " : "";
    root.append(made("p", "quiet", told + (data.isThinned ? "Not every point of solution.h5 is here." : "")));
  }
  let geometry = null;

  function made(tag, className = "", text = "") {
    const found = document.createElement(tag);
    found.className = className;
    found.textContent = text;
    return found;
  }

  function choice(label, names, value, act) {
    const box = made("label", "", label);
    const select = made("select");
    names.forEach((name, k) => {
      const option = made("option", "", name);
      option.value = String(k);
      select.append(option);
    });
    select.value = String(value);
    select.addEventListener("change", () => act(Number(select.value)));
    box.append(select);
    return box;
  }

  function buildControls() {
    controls.textContent = "";
    if (data.unknowns.length > 1) {
      controls.append(choice("unknown", data.unknowns.map((u) => u.name), state.unknown, (k) => {
        state.unknown = k;
        if (!quantities()[state.quantity]) state.quantity = "solution";
        buildControls();
        draw();
      }));
    }
    const names = Object.keys(quantities());
    const order = ["solution", "reference", "error", LOGARITHM, "disagreement"];
    const known = order.filter((name) => names.includes(name));
    for (const name of [...known, ...names.filter((name) => !order.includes(name))]) {
      const button = made("button", "", name);
      button.type = "button";
      button.dataset.quantity = name;
      button.setAttribute("aria-pressed", String(name === state.quantity));
      button.addEventListener("click", () => {
        state.quantity = name;
        for (const other of controls.querySelectorAll("button[data-quantity]")) {
          other.setAttribute("aria-pressed", String(other === button));
        }
        draw();
      });
      controls.append(button);
    }
    const worst = unknown().worst;
    if (worst) {
      const button = made("button", "worst", `largest ${worst.of}`);
      button.type = "button";
      button.addEventListener("click", () => {
        state.indices = axes.map((axis, k) => nearest(axis.values, worst.at[k]));
        state.isMarked = true;
        buildSliders();
        draw();
      });
      controls.append(button);
    }
  }

  function buildSliders() {
    stop();
    sliders.textContent = "";
    if (axes.length > 2) {
      const names = axes.map((axis) => axis.name);
      const turn = (mine, other) => (k) => {
        if (state[other] === k) state[other] = state[mine];
        state[mine] = k;
        buildSliders();
        draw();
      };
      sliders.append(choice("across", names, state.across, turn("across", "up")));
      sliders.append(choice("up", names, state.up, turn("up", "across")));
    }
    axes.forEach((axis, k) => {
      if (isLine || k === state.across || k === state.up) return;
      const box = made("label", "slider", axis.name);
      const input = made("input");
      input.type = "range";
      input.min = "0";
      input.max = String(axis.values.length - 1);
      input.value = String(state.indices[k]);
      input.dataset.axis = axis.name;
      const output = made("output", "", spelled(axis.values[state.indices[k]]));
      const move = (index) => {
        state.indices[k] = index;
        input.value = String(index);
        output.textContent = spelled(axis.values[index]);
        draw();
      };
      input.addEventListener("input", () => move(Number(input.value)));
      box.append(input, output);
      sliders.append(box);
      if (axis.isTime) sliders.append(player(axis, k, move));
    });
  }

  function player(axis, k, move) {
    const button = made("button", "play", "Play");
    button.type = "button";
    button.addEventListener("click", () => {
      if (state.timer !== null) {
        stop();
        button.textContent = "Play";
        return;
      }
      button.textContent = "Stop";
      state.timer = setInterval(() => move((state.indices[k] + 1) % axis.values.length), 120);
    });
    return button;
  }

  function stop() {
    if (state.timer !== null) clearInterval(state.timer);
    state.timer = null;
  }

  function lineAlong(name, k) {
    const values = quantities()[name].values;
    const indices = [...state.indices];
    return axes[k].values.map((_, i) => {
      indices[k] = i;
      return values[placeOf(strides, indices)];
    });
  }

  // The lines of a profile: the solution goes with its reference, all else stands alone.
  function linesAlong(k) {
    const isPair = ["solution", "reference"].includes(state.quantity) && quantities().reference;
    if (!isPair) return [{ values: lineAlong(state.quantity, k), color: themed("accent"), name: "" }];
    return [
      { values: lineAlong("solution", k), color: themed("accent"), name: "solution" },
      { values: lineAlong("reference", k), color: themed("second"), name: "reference", dashed: true },
    ];
  }

  const label = () =>
    state.quantity === "solution" ? unknown().label
      : state.quantity.startsWith("residual") ? state.quantity
        : state.quantity === LOGARITHM ? `log10 |error of ${unknown().name}|`
          : `${unknown().label}, ${state.quantity}`;

  function draw() {
    canvas.setAttribute("aria-label", `${label()} over ${axes.map((axis) => axis.name).join(", ")}`);
    if (isLine) {
      const marked = state.isMarked ? state.indices[0] : null;
      geometry = drawChart(canvas, 360, axes[0].values, linesAlong(0), axes[0].label, label(), marked);
      tell(state.indices);
      return;
    }
    const { values, colors, limits } = quantities()[state.quantity];
    const indices = [...state.indices];
    const [x, y] = [axes[state.across], axes[state.up]];
    const at = (i, j) => {
      indices[state.across] = i;
      indices[state.up] = j;
      return values[placeOf(strides, indices)];
    };
    const cursor = state.isMarked ? [state.indices[state.across], state.indices[state.up]] : null;
    geometry = drawHeatmap(
      canvas, Math.min(520, Math.max(300, canvas.clientWidth * 0.72)), x.values, y.values, at,
      colors, limits, x.label, y.label, label(), cursor, worstHere());
    charts.forEach((chart, k) => {
      const rest = axes.filter((_, other) => other !== k);
      const where = rest.map((axis) => `${axis.name} = ${spelled(axis.values[state.indices[axes.indexOf(axis)]])}`);
      chart.setAttribute("role", "img");
      chart.setAttribute("aria-label", `Profile along ${axes[k].name} at ${where.join(", ")}`);
      drawChart(chart, 210, axes[k].values, linesAlong(k), `${axes[k].label}, at ${where.join(", ")}`, "", state.indices[k]);
    });
    tell(state.indices);
  }

  // Where the largest error is, if the plane that is shown goes through it.
  function worstHere() {
    const worst = unknown().worst;
    const isShown = ["error", "disagreement", LOGARITHM].includes(state.quantity);
    if (!worst || !isShown) return null;
    const isHere = axes.every((axis, k) =>
      k === state.across || k === state.up || nearest(axis.values, worst.at[k]) === state.indices[k]);
    return isHere ? [worst.at[state.across], worst.at[state.up]] : null;
  }

  function tell(indices) {
    const where = axes.map((axis, k) => `${axis.name} = ${spelled(axis.values[indices[k]])}`);
    const place = placeOf(strides, indices);
    const what = Object.entries(quantities())
      .filter(([name]) => name !== LOGARITHM)
      .map(([name, { values }]) => `${name === "solution" ? unknown().name : name} = ${spelled(values[place])}`);
    readout.textContent = `${where.join(", ")}: ${what.join(", ")}`;
  }

  // Places along the axes under a pointer; null outside the frame.
  function under(event) {
    if (geometry === null) return null;
    const { box, xLimits, yLimits } = geometry;
    const bounds = canvas.getBoundingClientRect();
    const s = (event.clientX - bounds.left - box.left) / box.width;
    const r = 1 - (event.clientY - bounds.top - box.top) / box.height;
    if (s < 0 || s > 1 || r < 0 || r > 1) return null;
    const indices = [...state.indices];
    const k = isLine ? 0 : state.across;
    indices[k] = nearest(axes[k].values, xLimits[0] + s * (xLimits[1] - xLimits[0]));
    if (!isLine) {
      indices[state.up] = nearest(axes[state.up].values, yLimits[0] + r * (yLimits[1] - yLimits[0]));
    }
    return indices;
  }

  function mark(indices) {
    state.indices = indices;
    state.isMarked = true;
    draw();
  }

  canvas.addEventListener("pointermove", (event) => {
    const indices = under(event);
    if (indices !== null) tell(indices);
  });
  canvas.addEventListener("pointerleave", () => tell(state.indices));
  canvas.addEventListener("click", (event) => {
    const indices = under(event);
    if (indices !== null) mark(indices);
  });
  canvas.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowDown: [1, -1], ArrowUp: [1, 1] };
    const move = moves[event.key];
    if (!move || (isLine && move[0] === 1)) return;
    event.preventDefault();
    const k = move[0] === 0 ? state.across : state.up;
    const indices = [...state.indices];
    indices[k] = Math.max(0, Math.min(axes[k].values.length - 1, indices[k] + move[1]));
    mark(indices);
  });
  window.addEventListener("resize", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  buildControls();
  buildSliders();
  draw();
}

const root = document.getElementById("viewer");
if (root) makeViewer(root, JSON.parse(document.getElementById("fields").textContent));
