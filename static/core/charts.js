// Draws each [data-chart] from the JSON beside it, in the colours of the theme; the table beside it says the same in words.
(() => {
  "use strict";
  const tones = { blue: "#2f7fe0", amber: "#e09a1f", green: "#2fa35a", purple: "#8a5bd6", red: "#d64545", grey: "#6b7785" };
  const drawn = new Map();
  let printing = false;
  const draw = (box) => {
    const option = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    const dark = !printing && document.documentElement.getAttribute("data-bs-theme") === "dark";
    const ink = dark ? "#a3aebb" : "#55606e";
    drawn.get(box)?.dispose();
    const chart = window.echarts.init(box, null, { renderer: "svg" });
    const french = document.documentElement.lang === "fr";
    const figure = new Intl.NumberFormat(french ? "fr-FR" : "en-GB", { maximumFractionDigits: 4 });
    const written = (value) => (typeof value === "number" ? figure.format(value) : value);
    const named = (names) =>
      names.length > 12 ? { hideOverlap: true } : { interval: 0, width: (box.clientWidth - 60) / names.length - 8, overflow: "break", lineHeight: 13 };
    const axis = (one) => ({
      axisLabel: { color: ink, fontSize: 11, ...(one.type === "value" ? { formatter: written } : named(one.data)) },
      axisLine: { lineStyle: { color: dark ? "#2f3843" : "#dfe4ea" } },
      splitLine: { lineStyle: { color: dark ? "#262e38" : "#eceff3" } },
      ...one,
    });
    chart.setOption({
      color: Object.values(tones),
      animation: false,
      aria: { enabled: false },
      grid: { left: 8, right: 12, top: 34, bottom: 4, containLabel: true },
      legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: { color: ink, fontSize: 11 } },
      tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: (value) => written(Number(value)) },
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      ...option,
      ...(option.xAxis ? { xAxis: axis(option.xAxis) } : {}),
      ...(option.yAxis ? { yAxis: axis(option.yAxis) } : {}),
      series: option.series.map(({ tone, ...one }) => (tone ? { ...one, color: tones[tone] } : one)),
    });
    drawn.set(box, chart);
  };
  const all = () => document.querySelectorAll("[data-chart]").forEach(draw);
  window.addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
  document.addEventListener("theme", all);
  for (const when of ["beforeprint", "afterprint"])
    window.addEventListener(when, () => {
      printing = when === "beforeprint";
      all();
    });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all);
  else all();
})();
