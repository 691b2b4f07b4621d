// Tables sort by a press on a heading. Without scripts they stand in the order of the page.
for (const table of document.querySelectorAll("table[data-sortable]")) {
  for (const heading of table.tHead.rows[table.tHead.rows.length - 1].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => sort(table, heading));
  }
}
function sort(table, heading) {
  const down = heading.getAttribute("aria-sort") === "ascending";
  for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  const column = heading.cellIndex;
  const rows = [...table.tBodies[0].rows].map((row) => [value(row.cells[column]), row]);
  rows.sort(([a], [b]) => compare(a, b, down));
  table.tBodies[0].append(...rows.map(([, row]) => row));
}
function value(cell) {
  const text = cell.textContent.trim();
  const number = Number(text.replace(/[,%$]/g, ""));
  return text === "–" || text === "" ? null : Number.isNaN(number) ? text : number;
}
function compare(a, b, down) {
  if (a === null || b === null) return (a === null) - (b === null); // what is unknown stays last
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en");
  return down ? -order : order;
}
