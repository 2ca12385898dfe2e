// A field over two coordinates, in colors.

// Draw a field with its color bar; returns the box and limits that a pointer needs.
//   height: the most that it may be; at(i, j): the value at place i of x and j of y
//   limits: [low, high] of the colors
//   cursor: [i, j] or null; worst: [x, y] or null, in units of the axes
function drawHeatmap(canvas, height, x, y, at, map, limits, xLabel, yLabel, barLabel, cursor, worst) {
  const xLimits = [Math.min(x[0], x[x.length - 1]), Math.max(x[0], x[x.length - 1])];
  const yLimits = [Math.min(y[0], y[y.length - 1]), Math.max(y[0], y[y.length - 1])];
  const box = { left: 62, top: 26, width: Math.max(160, canvas.clientWidth) - 150, height: height - 72 };
  if (isSquare(xLimits, yLimits)) fit(box, xLimits, yLimits);
  const { context } = prepared(canvas, box.height + 72);
  const across = Math.max(1, Math.min(Math.round(box.width), 1000));
  const down = Math.max(1, Math.min(Math.round(box.height), 1000));
  const image = new ImageData(across, down);
  const columns = places(x, xLimits, across);
  const rows = places(y, yLimits, down);
  for (let row = 0; row < down; row++) {
    const j = rows[down - 1 - row];
    for (let column = 0; column < across; column++) {
      const color = colorOf(map, (at(columns[column], j) - limits[0]) / (limits[1] - limits[0] || 1));
      if (color === null) continue;
      const k = 4 * (row * across + column);
      image.data[k] = color[0];
      image.data[k + 1] = color[1];
      image.data[k + 2] = color[2];
      image.data[k + 3] = 255;
    }
  }
  const scratch = document.createElement("canvas");
  scratch.width = across;
  scratch.height = down;
  scratch.getContext("2d").putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(scratch, box.left, box.top, box.width, box.height);
  drawFrame(context, box, xLimits, yLimits, xLabel, yLabel, false);
  drawBar(context, box, map, limits, barLabel);
  const toX = (v) => box.left + ((v - xLimits[0]) / (xLimits[1] - xLimits[0] || 1)) * box.width;
  const toY = (v) => box.top + (1 - (v - yLimits[0]) / (yLimits[1] - yLimits[0] || 1)) * box.height;
  if (cursor !== null) {
    for (const [color, weight] of [["#ffffff", 3], ["#000000", 1]]) {
      context.strokeStyle = color;
      context.lineWidth = weight;
      line(context, toX(x[cursor[0]]), box.top, toX(x[cursor[0]]), box.top + box.height);
      line(context, box.left, toY(y[cursor[1]]), box.left + box.width, toY(y[cursor[1]]));
    }
  }
  if (worst !== null) {
    for (const [color, weight] of [["#000000", 4], ["#ffffff", 2]]) {
      context.strokeStyle = color;
      context.lineWidth = weight;
      context.beginPath();
      context.arc(toX(worst[0]), toY(worst[1]), 7, 0, 2 * Math.PI);
      context.stroke();
    }
  }
  return { box, xLimits, yLimits };
}

// Whether two axes are drawn to one scale: if neither is much longer than the other.
function isSquare(xLimits, yLimits) {
  const ratio = (xLimits[1] - xLimits[0]) / (yLimits[1] - yLimits[0]);
  return ratio > 0.5 && ratio < 2;
}

// Make a box as narrow, or as low, as one scale for both axes asks for.
function fit(box, xLimits, yLimits) {
  const scale = Math.min(
    box.width / (xLimits[1] - xLimits[0]), box.height / (yLimits[1] - yLimits[0]));
  box.width = scale * (xLimits[1] - xLimits[0]);
  box.height = scale * (yLimits[1] - yLimits[0]);
}

// For each pixel along an axis the place of the nearest point.
function places(values, limits, pixels) {
  return Array.from({ length: pixels }, (_, k) =>
    nearest(values, limits[0] + ((k + 0.5) / pixels) * (limits[1] - limits[0])));
}

function drawBar(context, box, map, limits, label) {
  const left = box.left + box.width + 16;
  for (let k = 0; k < box.height; k++) {
    const [r, g, b] = colorOf(map, 1 - k / Math.max(1, box.height - 1));
    context.fillStyle = `rgb(${r}, ${g}, ${b})`;
    context.fillRect(left, box.top + k, 14, Math.min(1.5, box.height - k));
  }
  context.strokeStyle = themed("line");
  context.strokeRect(left, box.top, 14, box.height);
  const ticks = ticksBetween(...limits, Math.max(2, box.height / 40));
  context.fillStyle = themed("ink");
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const tick of ticks) {
    const y = box.top + (1 - (tick - limits[0]) / (limits[1] - limits[0] || 1)) * box.height;
    context.fillText(tickText(tick, ticks), left + 19, y);
  }
  context.textAlign = "right";
  context.textBaseline = "alphabetic";
  context.fillText(fitted(context, label, box.width / 2), left + 14, box.top - 9);
}
