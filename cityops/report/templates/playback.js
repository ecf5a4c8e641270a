/* One day of the first replication: units drive along the streets, calls come and are answered. */
"use strict";
(() => {
  const day = cityops.read("playback"), map = cityops.layers("streets");
  const root = document.getElementById("player");
  if (!day || !map || !root) return;
  const t = new Uint32Array(cityops.bytes(day.t)), s = new Uint8Array(cityops.bytes(day.s));
  const x = new Uint16Array(cityops.bytes(day.x)), y = new Uint16Array(cityops.bytes(day.y));
  const frame = map.frame, wide = frame.width / frame.step, high = frame.height / frame.step;
  const find = (selector) => root.querySelector(selector);
  const city = find(".city"), pen = city.getContext("2d"), tip = find(".tip");
  const slider = find(".line input"), strip = find(".line canvas"), go = find(".go");
  const select = find("select"), clock = find(".clock"), waiting = find(".waiting b");
  const late = find(".late"), states = find(".states");
  const escape = (text) => { const e = document.createElement("i"); e.textContent = text; return e.innerHTML; };
  const pad = (n) => String(n).padStart(2, "0");
  const text = cityops.read("page").player;

  /* --- state --- */
  const units = day.units.map(([name, kind], u) => (
    { name, kind, from: day.ptr[u], to: day.ptr[u + 1], row: day.ptr[u], x: 0, y: 0, status: 0 }));
  let now = day.profile.indexOf(Math.max(...day.profile)) * day.profile_step_s;
  let playing = false, last = 0, view = { k: 1, x: wide / 2, y: high / 2 };
  slider.max = Math.round(day.length_s / 60);

  /* Where a unit is at a time (tenths of a second): on the line between two rows of its track. */
  function place(unit, time) {
    let row = unit.row;
    if (row >= unit.to || t[row] > time) row = unit.from;
    if (row + 1 < unit.to && t[row + 1] <= time) {
      let low = row, top = unit.to - 1;
      while (low < top) { const mid = (low + top + 1) >> 1; if (t[mid] <= time) low = mid; else top = mid - 1; }
      row = low;
    }
    unit.row = row;
    const next = Math.min(row + 1, unit.to - 1), gap = t[next] - t[row];
    const share = gap > 0 ? Math.min(Math.max((time - t[row]) / gap, 0), 1) : 0;
    unit.x = x[row] + share * (x[next] - x[row]);
    unit.y = y[row] + share * (y[next] - y[row]);
    unit.status = t[unit.from] > time ? 0 : s[row];
  }

  /* --- drawing --- */
  let ratio = 1, W = 0, H = 0, scale = 1;
  const ground = document.createElement("canvas");
  function X(px) { return W / 2 + (px - view.x) * scale; }
  function Y(py) { return H / 2 - (py - view.y) * scale; }
  function size() {
    ratio = window.devicePixelRatio || 1;
    W = city.clientWidth; H = city.clientHeight;
    for (const canvas of [city, ground]) { canvas.width = W * ratio; canvas.height = H * ratio; }
    strip.width = strip.clientWidth * ratio; strip.height = strip.clientHeight * ratio;
    streets(); profile(); draw();
  }
  function streets() {
    scale = Math.min(W / wide, H / high) * view.k;
    const g = ground.getContext("2d");
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, W, H);
    g.lineCap = g.lineJoin = "round";
    for (const rank of [2, 1, 0]) {
      const p = map.points[rank];
      g.strokeStyle = ["#a9b4be", "#bcc5cd", "#ccd3da"][rank];
      g.lineWidth = map.widths[rank] * Math.min(Math.sqrt(view.k), 2.2) * 1.15;
      g.beginPath();
      for (let i = 0, fresh = true; i < p.length; i += 2) {
        if (p[i] === 65535 && p[i + 1] === 65535) { fresh = true; continue; }
        if (fresh) g.moveTo(X(p[i]), Y(p[i + 1])); else g.lineTo(X(p[i]), Y(p[i + 1]));
        fresh = false;
      }
      g.stroke();
    }
    for (const [, px, py] of day.stations) {
      g.fillStyle = "#111827"; g.strokeStyle = "#fff"; g.lineWidth = 1.5;
      g.beginPath(); g.rect(X(px) - 4.5, Y(py) - 4.5, 9, 9); g.fill(); g.stroke();
    }
    for (const [, px, py] of day.hospitals) {
      g.fillStyle = "#b3123f"; g.strokeStyle = "#fff"; g.lineWidth = 1.5;
      const a = X(px), b = Y(py);
      g.beginPath();
      [[-2, -6], [2, -6], [2, -2], [6, -2], [6, 2], [2, 2], [2, 6], [-2, 6], [-2, 2], [-6, 2], [-6, -2], [-2, -2]]
        .forEach(([dx, dy], i) => (i ? g.lineTo(a + dx, b + dy) : g.moveTo(a + dx, b + dy)));
      g.closePath(); g.fill(); g.stroke();
    }
  }
  function mark(kind, a, b, r) {
    pen.beginPath();
    if (kind % 4 === 0) pen.arc(a, b, r, 0, 2 * Math.PI);
    else if (kind % 4 === 1) pen.rect(a - r * .9, b - r * .9, r * 1.8, r * 1.8);
    else if (kind % 4 === 2) { pen.moveTo(a, b - r * 1.2); pen.lineTo(a + r * 1.15, b + r * .85); pen.lineTo(a - r * 1.15, b + r * .85); pen.closePath(); }
    else { pen.moveTo(a, b - r * 1.25); pen.lineTo(a + r * 1.25, b); pen.lineTo(a, b + r * 1.25); pen.lineTo(a - r * 1.25, b); pen.closePath(); }
  }
  let spots = [];
  function draw() {
    if (!city.width || !city.height) return;
    const time = now * 10;
    units.forEach((unit) => place(unit, time));
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, city.width, city.height);
    pen.drawImage(ground, 0, 0);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    spots = [];
    let open = 0, over = 0;
    for (const [called, answered, due, px, py] of day.calls) {
      if (called > time || answered <= time) continue;
      const isLate = due >= 0 && time > due;
      open += 1; over += isLate ? 1 : 0;
      const a = X(px), b = Y(py), age = Math.min((time - called) / 1200, 1);
      pen.strokeStyle = isLate ? "#b3123f" : "#d55e00"; pen.lineWidth = 2.2;
      pen.globalAlpha = .35; pen.beginPath(); pen.arc(a, b, 9 + 7 * (1 - age), 0, 2 * Math.PI); pen.stroke();
      pen.globalAlpha = 1; pen.beginPath(); pen.arc(a, b, 8, 0, 2 * Math.PI); pen.stroke();
      pen.fillStyle = pen.strokeStyle; pen.beginPath(); pen.arc(a, b, 3, 0, 2 * Math.PI); pen.fill();
      spots.push([a, b, `<b>${escape(day.words.call)}</b> ${pad(Math.floor((called / 600 + day.week_s / 60) / 60 % 24))}:${pad(Math.floor((called / 600 + day.week_s / 60) % 60))}`]);
    }
    /* Units that stand at one place fan out below it. */
    const standing = new Map(), counts = new Array(day.status.length).fill(0);
    const order = [...units].sort((a, b) => rank(a.status) - rank(b.status));
    for (const unit of order) {
      counts[unit.status] += 1;
      if (unit.status === 0) continue;
      let a = X(unit.x), b = Y(unit.y), r = 5.6;
      if (unit.status === 4) {
        const key = `scene ${Math.round(unit.x / 60)},${Math.round(unit.y / 60)}`, n = standing.get(key) || 0;
        standing.set(key, n + 1);
        a += n * 10;
      }
      if (unit.status === 1 || unit.status === 2 || unit.status === 6) {
        const key = `${Math.round(unit.x / 60)},${Math.round(unit.y / 60)}`;
        const n = standing.get(key) || 0;
        standing.set(key, n + 1);
        a += (n % 4 - 1.5) * 9; b += 12 + Math.floor(n / 4) * 9;
        r = 3.8;
      }
      pen.fillStyle = day.colours[unit.status];
      pen.strokeStyle = unit.status === 1 ? "#7c8894" : "#fff";
      pen.lineWidth = unit.status === 1 ? .8 : 1.4;
      mark(unit.kind, a, b, r); pen.fill(); pen.stroke();
      const kind = day.types[unit.kind];
      spots.push([a, b, `<b>${escape(unit.name)}</b>${kind ? " · " + escape(kind) : ""}<br>${escape(day.status[unit.status])}`]);
    }
    const minute = Math.floor((day.week_s + now) / 60) % 10080;
    clock.innerHTML = `<small>${day.days[Math.floor(minute / 1440)]}</small>${pad(Math.floor(minute / 60) % 24)}:${pad(minute % 60)}`;
    waiting.textContent = open;
    late.textContent = over ? `${text.comma}${text.late} ${over}` : "";
    counts.forEach((n, code) => {
      const row = states.children[code];
      row.lastChild.textContent = n;
      row.className = n ? "" : "none";
    });
    if (document.activeElement !== slider || playing) slider.value = now / 60;
    cursor();
  }
  const rank = (status) => [0, 1, 4, 7, 6, 5, 3, 2, 2][status];

  /* Units on a call over the day, above the slider. */
  const back = document.createElement("canvas");
  function profile() {
    if (!strip.width || !strip.height) return;
    back.width = strip.width; back.height = strip.height;
    const g = back.getContext("2d"), n = day.profile.length;
    const top = Math.max(units.length * .25, ...day.profile);
    g.fillStyle = "#c6d6e6";
    g.beginPath(); g.moveTo(0, back.height);
    day.profile.forEach((v, i) => g.lineTo(i / (n - 1) * back.width, back.height * (1 - .94 * v / top)));
    g.lineTo(back.width, back.height); g.closePath(); g.fill();
  }
  function cursor() {
    if (!strip.width || !back.width) return;
    const g = strip.getContext("2d"), at = now / day.length_s * strip.width;
    g.clearRect(0, 0, strip.width, strip.height);
    g.drawImage(back, 0, 0);
    g.fillStyle = "#0b5394"; g.fillRect(at - ratio, 0, 2 * ratio, strip.height);
  }

  /* --- running --- */
  function tick(stamp) {
    if (!playing) return;
    const passed = Math.min((stamp - last) / 1000, .1);
    last = stamp;
    now += passed * 60 * Number(select.value);
    if (now >= day.length_s) now = 0;
    draw();
    requestAnimationFrame(tick);
  }
  function toggle() {
    playing = !playing;
    go.textContent = playing ? day.words.pause : day.words.play;
    if (playing) { last = performance.now(); requestAnimationFrame(tick); }
  }
  go.addEventListener("click", toggle);
  city.addEventListener("keydown", (event) => { if (event.key === " ") { event.preventDefault(); toggle(); } });
  slider.addEventListener("input", () => { now = Math.min(slider.value * 60, day.length_s); draw(); });

  function zoom(factor) {
    view.k = Math.min(Math.max(view.k * factor, 1), 24);
    if (factor === 0 || view.k === 1) view = { k: 1, x: wide / 2, y: high / 2 };
    streets(); draw();
  }
  root.querySelectorAll("[data-zoom]").forEach((button) => button.addEventListener("click", () => {
    zoom({ in: 1.6, out: 1 / 1.6, all: 0 }[button.dataset.zoom]);
  }));
  city.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.25 : .8);
  }, { passive: false });
  let drag = null;
  city.addEventListener("pointerdown", (event) => { drag = [event.offsetX, event.offsetY]; });
  window.addEventListener("pointerup", () => { drag = null; });
  city.addEventListener("pointermove", (event) => {
    const a = event.offsetX, b = event.offsetY;
    if (drag && view.k > 1) {
      view.x -= (a - drag[0]) / scale; view.y += (b - drag[1]) / scale;
      drag = [a, b]; streets(); draw();
    }
    let best = null, near = 196;
    for (const spot of spots) {
      const d = (spot[0] - a) ** 2 + (spot[1] - b) ** 2;
      if (d < near) { near = d; best = spot; }
    }
    for (const [list, word] of [[day.stations, day.words.station], [day.hospitals, day.words.hospital]]) {
      for (const [name, px, py] of list) {
        const d = (X(px) - a) ** 2 + (Y(py) - b) ** 2;
        if (d < near) { near = d; best = [X(px), Y(py), `<b>${escape(name)}</b><br>${escape(word)}`]; }
      }
    }
    tip.hidden = !best;
    if (best) {
      tip.innerHTML = best[2];
      tip.style.left = `${Math.min(best[0] + 12, W - tip.offsetWidth - 4)}px`;
      tip.style.top = `${Math.max(best[1] - tip.offsetHeight - 8, 2)}px`;
    }
  });
  city.addEventListener("pointerleave", () => { tip.hidden = true; });

  /* --- setting up --- */
  day.status.forEach((name, code) => {
    const row = document.createElement("li");
    row.innerHTML = `<i style="background:${day.colours[code]}"></i><span>${escape(name)}</span><b></b>`;
    row.hidden = !day.used[code];
    if (row.hidden) row.style.display = "none";
    states.append(row);
  });
  if (day.types.length > 1) {
    const symbols = ["●", "■", "▲", "◆"];
    find(".shapes").innerHTML = day.types.map((kind, k) => `<span>${symbols[k % 4]} ${escape(kind)}</span>`).join("");
  }
  const first = day.week_s / 3600, hours = day.length_s / 3600;
  find(".ticks").innerHTML = Array.from({ length: 9 }, (_, i) => {
    const minute = Math.round((first + hours * i / 8) * 60);
    return `<span>${pad(Math.floor(minute / 60) % 24)}:${pad(minute % 60)}</span>`;
  }).join("");
  new ResizeObserver(size).observe(city);
  document.addEventListener("cityops:paper", size);
  size();
})();
