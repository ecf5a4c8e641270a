/* Draws every element with data-chart from the JSON of that name; streets are shared by all maps. */
"use strict";
const cityops = (() => {
  const read = (id) => {
    const element = document.getElementById(id);
    return element ? JSON.parse(element.textContent) : null;
  };
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;

  const decoded = new Map();
  function layers(id) {
    if (!decoded.has(id)) {
      const map = read(id);
      decoded.set(id, map && {
        frame: map.frame, colours: map.colours, widths: map.widths,
        points: map.streets.map((text) => new Uint16Array(bytes(text))),
      });
    }
    return decoded.get(id);
  }
  function fillStreets(trace, map) {
    const points = map.points[trace.meta.streets], frame = map.frame;
    const x = new Float64Array(points.length / 2), y = new Float64Array(points.length / 2);
    for (let i = 0; i < x.length; i++) {
      const gap = points[2 * i] === 65535 && points[2 * i + 1] === 65535;
      x[i] = gap ? NaN : frame.x0 + points[2 * i] * frame.step;
      y[i] = gap ? NaN : frame.y0 + points[2 * i + 1] * frame.step;
    }
    trace.x = x; trace.y = y;
  }

  const words = read("page") || {};
  if (window.Plotly && words.plotly) {
    Plotly.register({
      moduleType: "locale", name: words.locale, dictionary: words.plotly,
      format: { decimal: ".", thousands: ",", grouping: [3], currency: ["", ""] },
    });
  }
  function draw(element) {
    const figure = read(element.dataset.chart);
    if (!figure || !window.Plotly) return;
    const isMap = figure.layout.dragmode === "pan";
    for (const trace of figure.data) {
      if (trace.meta && trace.meta.streets !== undefined) {
        fillStreets(trace, layers(element.dataset.streets || "streets"));
      }
    }
    if (isMap) delete figure.layout.height;
    Plotly.newPlot(element, figure.data, figure.layout, {
      responsive: true, displaylogo: false, locale: words.locale, scrollZoom: false,
      doubleClick: isMap ? "reset" : false, showTips: false,
      displayModeBar: isMap ? "hover" : false,
      modeBarButtons: [["zoomIn2d", "zoomOut2d", "resetScale2d", "toImage"]],
      toImageButtonOptions: { format: "png", scale: 2, filename: element.dataset.chart },
    });
  }
  const all = [...document.querySelectorAll("[data-chart]")];
  all.forEach(draw);

  document.querySelectorAll("button[data-layer]").forEach((button) => {
    button.addEventListener("click", () => {
      const plot = document.querySelector(`[data-chart="${button.dataset.map}"]`);
      const chosen = button.dataset.layer;
      const at = [], shown = [];
      plot.data.forEach((trace, i) => {
        if (trace.meta && trace.meta.layer) { at.push(i); shown.push(trace.meta.layer === chosen); }
      });
      Plotly.restyle(plot, { visible: shown }, at);
      button.parentElement.querySelectorAll("button").forEach((other) => {
        other.setAttribute("aria-pressed", String(other === button));
      });
      document.querySelectorAll("[data-legend]").forEach((legend) => {
        legend.hidden = legend.dataset.legend !== chosen;
      });
    });
  });

  /* Paper is narrower than the screen: the page takes its width before printing, charts follow. */
  function paper(printing) {
    document.documentElement.classList.toggle("printing", printing);
    all.forEach((element) => {
      if (!element.layout) return;
      const isMap = element.layout.dragmode === "pan";
      Plotly.relayout(element, printing
        ? { autosize: false, width: element.clientWidth, ...(isMap && { height: element.clientHeight }) }
        : { autosize: true, width: null, ...(isMap && { height: null }) });
    });
    document.dispatchEvent(new CustomEvent("cityops:paper"));
  }
  window.addEventListener("beforeprint", () => paper(true));
  window.addEventListener("afterprint", () => paper(false));
  return { read, bytes, layers };
})();
