// A slider beside its box of numbers: moving one moves the other. Without this the box does alone, and no slider is shown.
(() => {
  "use strict";
  function join(slider) {
    const box = document.getElementById(slider.dataset.for);
    if (!box) return;
    slider.hidden = false;
    slider.addEventListener("input", () => { box.value = slider.value; });
    box.addEventListener("input", () => {
      const value = Number(box.value);
      if (box.value.trim() !== "" && Number.isFinite(value)) slider.value = value;
    });
  }
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("input[type=range][data-for]").forEach(join));
})();
