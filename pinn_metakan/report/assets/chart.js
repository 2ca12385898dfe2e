// Lines over one coordinate.

// Draw lines; returns the box and limits that a pointer needs.
//   lines: [{values, color, dashed, name}], x: numbers, marked: a place in x or null
function drawChart(canvas, height, x, lines, xLabel, yLabel, marked) {
  const { context, width } = prepared(canvas, height);
  const box = { left: 62, top: 24, width: width - 76, height: height - 70 };
  const xLimits = [Math.min(x[0], x[x.length - 1]), Math.max(x[0], x[x.length - 1])];
  if (xLimits[0] === xLimits[1]) xLimits[1] = xLimits[0] + 1;
  const found = lines.map((one) => extent(one.values)).filter((limits) => limits !== null);
  let yLimits = [Math.min(...found.map((l) => l[0])), Math.max(...found.map((l) => l[1]))];
  if (!found.length) yLimits = [0, 1];
  const space = (yLimits[1] - yLimits[0]) * 0.05 || Math.abs(yLimits[0]) * 0.1 || 1;
  yLimits = [yLimits[0] - space, yLimits[1] + space];
  drawFrame(context, box, xLimits, yLimits, xLabel, yLabel, true);
  const place = (k) => box.left + ((x[k] - xLimits[0]) / (xLimits[1] - xLimits[0])) * box.width;
  const level = (v) => box.top + (1 - (v - yLimits[0]) / (yLimits[1] - yLimits[0])) * box.height;
  for (const one of lines) {
    context.strokeStyle = one.color;
    context.lineWidth = 2;
    context.setLineDash(one.dashed ? [2, 4] : []);
    context.beginPath();
    let isDown = false;
    one.values.forEach((value, k) => {
      if (!Number.isFinite(value)) isDown = false;
      else if (isDown) context.lineTo(place(k), level(value));
      else {
        context.moveTo(place(k), level(value));
        isDown = true;
      }
    });
    context.stroke();
  }
  context.setLineDash([]);
  if (marked !== null) {
    context.strokeStyle = themed("quiet");
    context.lineWidth = 1;
    line(context, place(marked), box.top, place(marked), box.top + box.height);
    for (const one of lines) {
      if (!Number.isFinite(one.values[marked])) continue;
      context.fillStyle = one.color;
      context.beginPath();
      context.arc(place(marked), level(one.values[marked]), 3.5, 0, 2 * Math.PI);
      context.fill();
    }
  }
  let right = box.left + box.width;
  context.textAlign = "right";
  context.textBaseline = "alphabetic";
  for (const one of [...lines].reverse()) {
    if (!one.name) continue;
    context.fillStyle = themed("ink");
    context.fillText(one.name, right, box.top - 7);
    right -= context.measureText(one.name).width + 6;
    context.strokeStyle = one.color;
    context.lineWidth = 2;
    context.setLineDash(one.dashed ? [2, 4] : []);
    line(context, right - 18, box.top - 11, right, box.top - 11);
    context.setLineDash([]);
    right -= 30;
  }
  return { box, xLimits };
}
