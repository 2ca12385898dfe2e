// Color maps, as 17 colors each of matplotlib's viridis, RdBu_r and magma.
const STOPS = {
  values:
    "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c 1fa088 28ae80 3fbc73 5ec962 " +
    "84d44b addc30 d8e219 fde725",
  signed:
    "053061 175290 2a71b2 3f8ec0 6bacd1 9bc9e0 c2ddec e0ecf3 f7f6f6 fbe5d8 fbccb4 f5aa89 e48066 " +
    "d05548 ba2832 930e26 67001f",
  distance:
    "000004 0a0822 1d1147 36106b 51127c 6a1c81 832681 9c2e7f b73779 d0416f e75263 f56b5c fc8961 " +
    "fea772 fec488 fde2a3 fcfdbf",
};

// 256 colors of a map, as numbers of canvas pixels: red, green, blue of each.
const colorTables = {};
for (const [name, text] of Object.entries(STOPS)) {
  const stops = text.split(" ").map((hex) => [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16)));
  colorTables[name] = Array.from({ length: 256 }, (_, k) => {
    const place = (k / 255) * (stops.length - 1);
    const low = Math.min(Math.floor(place), stops.length - 2);
    return [0, 1, 2].map((i) =>
      Math.round(stops[low][i] + (place - low) * (stops[low + 1][i] - stops[low][i])));
  });
}

// The color of a share in [0, 1]; null for what is not a number.
function colorOf(map, share) {
  if (!Number.isFinite(share)) return null;
  return colorTables[map][Math.max(0, Math.min(255, Math.round(share * 255)))];
}

// A color of the style sheet, in the light or dark scheme that is shown.
function themed(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
