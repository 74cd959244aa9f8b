// Starts charts after load and after each swap, disposes them before removal; limits choices; finds the search box.
(() => {
  "use strict";
  const charts = new Map();

  function start(root) {
    for (const box of root.querySelectorAll("[data-chart]")) {
      if (charts.has(box) || !window.echarts) continue;
      const source = document.getElementById(box.dataset.chart);
      const chart = window.echarts.init(box, null, { renderer: "svg" });
      chart.setOption(JSON.parse(source.textContent));
      charts.set(box, chart);
    }
  }

  function stop(root) {
    for (const [box, chart] of charts) {
      if (root.contains(box)) {
        chart.dispose();
        charts.delete(box);
      }
    }
  }

  function resize() {
    for (const chart of charts.values()) chart.resize({ width: "auto", height: "auto" });
  }

  // Paper is told of before it is laid out: charts are drawn as wide as A4 between its margins.
  function fit() {
    for (const [box, chart] of charts) {
      chart.resize({ width: Math.min(box.clientWidth, 680) });
      chart.getZr().flush();
    }
  }

  // No more zones than can be compared: the others are switched off until one is taken back.
  function limit(root) {
    for (const form of root.querySelectorAll("form[data-most]")) {
      const boxes = [...form.querySelectorAll("input[type=checkbox]")];
      const full = boxes.filter((b) => b.checked).length >= Number(form.dataset.most);
      for (const box of boxes) box.disabled = full && !box.checked;
    }
  }

  // "/" goes to the search box, unless something is being typed.
  function slash(event) {
    const box = document.querySelector("[data-slash]");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !box) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    event.preventDefault();
    box.focus();
    box.select();
  }

  document.addEventListener("keydown", slash);
  document.addEventListener("DOMContentLoaded", () => { start(document); limit(document); });
  document.addEventListener("htmx:load", (event) => { start(event.target); limit(document); });
  document.addEventListener("htmx:beforeCleanupElement", (event) => stop(event.target));
  document.addEventListener("change", () => limit(document));
  window.addEventListener("resize", resize);
  window.addEventListener("beforeprint", fit);
  window.addEventListener("afterprint", resize);
})();
