"use strict";
(() => {
  const report = JSON.parse(document.getElementById("data").textContent);
  const charts = [];

  const color = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  const axis = title => ({
    title: { display: Boolean(title), text: title, color: color("muted") },
    ticks: { color: color("muted") },
    grid: { color: color("line") },
    border: { color: color("line") },
  });

  const options = (x, y, tooltip) => ({
    animation: false,
    maintainAspectRatio: false,
    interaction: { mode: "index", intersect: false },
    scales: { x, y },
    plugins: {
      legend: { labels: { color: color("text"), usePointStyle: true, boxHeight: 7 } },
      tooltip: { callbacks: tooltip },
    },
  });

  const curves = report.training.curves;

  /** One line per phase on a common axis of epochs. */
  function curve(id, title, value, format) {
    const phase = (name, label, dash) => ({
      label,
      // A line also starts at the point before it, so that one epoch shows as a line too.
      data: curves.map((point, i) =>
        point.phase === name || (curves[i + 1] && curves[i + 1].phase === name) ? value(point) : null),
      borderColor: color(name),
      backgroundColor: color(name),
      borderDash: dash,
      pointStyle: "circle",
      pointRadius: curves.map(point => (point.phase === name ? 4 : 0)),
      tension: 0.2,
    });
    const data = {
      labels: curves.map((point, i) => i + 1),
      datasets: [phase("float", "float", []), phase("qat", "QAT", [5, 4])],
    };
    const y = axis(title);
    y.ticks.callback = v => format(v);
    return new Chart(document.getElementById(id), {
      type: "line",
      data,
      options: options(axis("epoch"), y, { label: item => item.dataset.label + ": " + format(item.parsed.y) }),
    });
  }

  function histogram(canvas) {
    const layer = report.layers[canvas.dataset.layer];
    const weights = canvas.dataset.part === "weights";
    const bins = layer[canvas.dataset.part].histogram;
    const total = bins.counts.reduce((sum, count) => sum + count, 0);
    const share = bins.counts.map(count => (count > 0 ? (100 * count) / total : null));
    const first = i => bins.first + i * bins.width;
    const x = axis("");
    x.grid.display = false;
    x.ticks.maxRotation = 0;
    x.ticks.autoSkipPadding = 12;
    const y = { ...axis(""), type: "logarithmic" };
    y.ticks = { ...y.ticks, maxTicksLimit: 4, callback: v => Number(v.toPrecision(2)) + " %" };
    const setting = options(x, y, {
      title: items => (bins.width === 1 ? "code " + first(items[0].dataIndex)
        : "codes " + first(items[0].dataIndex) + " to " + (first(items[0].dataIndex) + bins.width - 1)),
      label: item => item.parsed.y.toPrecision(3) + " %",
    });
    setting.plugins.legend.display = false;
    return new Chart(canvas, {
      type: "bar",
      data: {
        labels: bins.counts.map((count, i) => first(i)),
        datasets: [{ data: share, backgroundColor: color(weights ? "float" : "qat"), barPercentage: 1, categoryPercentage: 0.92 }],
      },
      options: setting,
    });
  }

  function draw() {
    charts.splice(0).forEach(chart => chart.destroy());
    charts.push(curve("loss", "", point => point.loss, v => Number(v.toPrecision(3)).toString()));
    charts.push(curve("accuracy", "", point => 100 * point.testAccuracy, v => Number(v.toFixed(2)) + " %"));
    document.querySelectorAll("canvas[data-layer]").forEach(canvas => charts.push(histogram(canvas)));
    document.documentElement.dataset.charts = charts.length;
  }

  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  // Paper has a width and colours of its own.
  matchMedia("print").addEventListener("change", draw);
  addEventListener("beforeprint", () => charts.forEach(chart => chart.resize()));
  addEventListener("afterprint", () => charts.forEach(chart => chart.resize()));
})();
