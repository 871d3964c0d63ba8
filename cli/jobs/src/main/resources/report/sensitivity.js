"use strict";
(() => {
  const report = JSON.parse(document.getElementById("data").textContent);
  const charts = [];

  const color = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  const axis = () => ({
    ticks: { color: color("muted"), autoSkip: false },
    grid: { color: color("line") },
    border: { color: color("line") },
  });

  /** Two bars for each layer: it alone quantized, and all but it. */
  function noise(canvas) {
    const width = report.widths[canvas.dataset.width];
    const bars = (label, name, quality) => ({
      label,
      data: width.layers.map(layer => quality(layer).sqnr ?? null),
      backgroundColor: color(name),
    });
    return new Chart(canvas, {
      type: "bar",
      data: {
        labels: width.layers.map(layer => layer.layer),
        datasets: [
          bars("this layer alone quantized", "float", layer => layer.only),
          bars("all but this one", "qat", layer => layer.allBut),
        ],
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        indexAxis: "y",
        scales: { x: { ...axis(), beginAtZero: true }, y: axis() },
        plugins: {
          legend: { labels: { color: color("text") } },
          tooltip: { callbacks: { label: item => item.dataset.label + ": " + item.parsed.x.toFixed(1) + " dB" } },
        },
      },
    });
  }

  function draw() {
    charts.splice(0).forEach(chart => chart.destroy());
    document.querySelectorAll("canvas[data-width]").forEach(canvas => charts.push(noise(canvas)));
    document.documentElement.dataset.charts = charts.length;
  }

  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  matchMedia("print").addEventListener("change", draw);
})();
