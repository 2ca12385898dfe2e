// The table of runs: sorted by a click on a heading, filtered by words.

const runs = document.getElementById("runs");
const body = runs.querySelector("tbody");
const headings = [...runs.querySelectorAll("thead th")];

// What a row is sorted by: a number where the cell has one, else its text; null if it has neither.
function keyOf(row, column) {
  const cell = row.classList.contains("broken") && column > 1 ? undefined : row.cells[column];
  if (cell === undefined) return null;
  const number = cell.dataset.value;
  if (number === undefined) return cell.textContent || null;
  return number === "" || Number.isNaN(Number(number)) ? null : Number(number);
}

// Order of two keys; what is missing comes last, whichever way the rest is sorted.
function compared(a, b, sign) {
  if (a === null || b === null) return (a === null) - (b === null);
  if (typeof a === "number") return sign * (a - b);
  return sign * a.localeCompare(b, undefined, { numeric: true });
}

headings.forEach((heading, column) => {
  const button = heading.querySelector("button");
  if (!button) return;
  button.addEventListener("click", () => {
    const isUp = heading.getAttribute("aria-sort") !== "ascending";
    for (const other of headings) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", isUp ? "ascending" : "descending");
    const rows = [...body.rows].map((row) => [keyOf(row, column), row]);
    rows.sort(([a], [b]) => compared(a, b, isUp ? 1 : -1));
    body.append(...rows.map(([, row]) => row));
  });
});

document.getElementById("filter").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of body.rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
  }
});
