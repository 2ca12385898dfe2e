// The numbers of the page: read from base64, looked up by their places along the axes.

const LOGARITHM = "log10 |error|";
// Decades below the largest error that the logarithm's colors span at most.
const DECADES = 8;

// Numbers of a quantity, in single precision.
function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const values = new Float32Array(bytes.length / 4);
  for (let k = 0; k < values.length; k++) values[k] = view.getFloat32(4 * k, true);
  return values;
}

// All of an unknown by the names of its quantities: {values, colors, limits}.
function quantitiesOf(unknown) {
  const found = {};
  for (const { name, colors, data } of unknown.quantities) found[name] = { values: unpacked(data), colors };
  if (found.error) {
    const values = found.error.values.map((e) => Math.log10(Math.abs(e)));
    found[LOGARITHM] = { values, colors: "distance" };
  }
  for (const [name, quantity] of Object.entries(found)) quantity.limits = limitsOf(name, found);
  return found;
}

// The limits of a quantity's colors; the same for solution and reference.
function limitsOf(name, found) {
  const shared = ["solution", "reference"].includes(name) ? ["solution", "reference"] : [name];
  const extents = shared
    .filter((other) => found[other])
    .map((other) => extent(found[other].values))
    .filter((limits) => limits !== null);
  if (!extents.length) return [0, 1];
  let [low, high] = [Math.min(...extents.map((l) => l[0])), Math.max(...extents.map((l) => l[1]))];
  if (found[name].colors === "signed") {
    high = Math.max(Math.abs(low), Math.abs(high)) || 1;
    low = -high;
  } else if (name === LOGARITHM) low = Math.max(low, high - DECADES);
  else if (name === "disagreement") low = 0;
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

// How far apart two places along each axis are in the list of numbers.
function stridesOf(axes) {
  const strides = axes.map(() => 1);
  for (let k = axes.length - 2; k >= 0; k--) strides[k] = strides[k + 1] * axes[k + 1].values.length;
  return strides;
}

// The place in the list of numbers of places along the axes.
function placeOf(strides, indices) {
  return indices.reduce((sum, index, k) => sum + index * strides[k], 0);
}
