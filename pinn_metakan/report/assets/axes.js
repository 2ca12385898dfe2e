// Numbers and ticks of axes.

// A number of JavaScript as it is printed: with signs of minus, without those of plus.
function printed(text) {
  return text.replaceAll("-", "\u2212").replace("e+", "e");
}

// As much of a text as fits a width, with dots for the rest.
function fitted(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  let count = text.length;
  while (count > 0 && context.measureText(`${text.slice(0, count)}\u2026`).width > width) count--;
  return `${text.slice(0, count)}\u2026`;
}

// A number in few characters.
function spelled(value) {
  if (value === null || !Number.isFinite(value)) return "no value";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size < 1e-3 || size >= 1e5 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
  return printed(text);
}

// Round places between two numbers, at most `most` of them.
function ticksBetween(low, high, most) {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return [low];
  const rough = span / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * power).find((k) => k >= rough * (1 - 1e-9));
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) found.push(k * step);
  return found;
}

// Text of ticks: as many digits as their distance asks for.
function tickText(value, ticks) {
  const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : Math.abs(value) || 1;
  const largest = Math.max(...ticks.map(Math.abs), step);
  if (Math.abs(value) < step * 1e-6) return "0";
  if (largest < 1e-3 || largest >= 1e5) {
    const digits = Math.max(0, Math.floor(Math.log10(Math.abs(value))) - Math.floor(Math.log10(step)));
    return printed(value.toExponential(Math.max(0, Math.min(digits, 3))).replace(/\.0+e/, "e"));
  }
  return printed(value.toFixed(Math.max(0, Math.min(8, -Math.floor(Math.log10(step) + 1e-9)))));
}

// Smallest and largest of numbers, what is not a number left out; null if none is one.
function extent(values) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low && value > -Infinity) low = value;
    if (value > high && value < Infinity) high = value;
  }
  return low <= high ? [low, high] : null;
}

// The place in sorted numbers, rising or falling, that is nearest to a value.
function nearest(values, value) {
  const rises = values[values.length - 1] >= values[0];
  let low = 0;
  let high = values.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle] <= value === rises) low = middle;
    else high = middle;
  }
  return Math.abs(values[low] - value) <= Math.abs(values[high] - value) ? low : high;
}

// A canvas made as large as it is shown, its context scaled to CSS pixels.
function prepared(canvas, height) {
  const width = Math.max(160, canvas.clientWidth || 600);
  const scale = window.devicePixelRatio || 1;
  canvas.style.height = `${height}px`;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = '12px system-ui, "DejaVu Sans", sans-serif';
  return { context, width, height };
}

// Frame, ticks and labels around a box {left, top, width, height} with limits on both axes.
function drawFrame(context, box, xLimits, yLimits, xLabel, yLabel, hasGrid) {
  const xTicks = ticksBetween(...xLimits, Math.max(2, box.width / 70));
  const yTicks = ticksBetween(...yLimits, Math.max(2, box.height / 40));
  context.strokeStyle = themed("line");
  context.fillStyle = themed("ink");
  context.lineWidth = 1;
  context.textAlign = "center";
  context.textBaseline = "top";
  const bottom = box.top + box.height;
  for (const tick of xTicks) {
    const x = box.left + ((tick - xLimits[0]) / (xLimits[1] - xLimits[0] || 1)) * box.width;
    line(context, x, hasGrid ? box.top : bottom, x, bottom + 4);
    context.fillText(tickText(tick, xTicks), x, bottom + 6);
  }
  context.fillText(fitted(context, xLabel, box.width + 40), box.left + box.width / 2, bottom + 22);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of yTicks) {
    const y = bottom - ((tick - yLimits[0]) / (yLimits[1] - yLimits[0] || 1)) * box.height;
    line(context, box.left - 4, y, hasGrid ? box.left + box.width : box.left, y);
    context.fillText(tickText(tick, yTicks), box.left - 7, y);
  }
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  context.fillText(fitted(context, yLabel, box.width / 2), Math.max(2, box.left - 48), box.top - 9);
  context.strokeRect(box.left, box.top, box.width, box.height);
}

function line(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}
