// Puts Plotly in the place of a page's inline SVG when the reader turns to it (templates/includes/charts/figure.html).
// Nothing is loaded before that, nothing moves, and the SVG stays wherever anything fails, and in print.

const LOCALE = {
  moduleType: "locale",
  name: "ja",
  dictionary: {
    "Zoom in": "拡大",
    "Zoom out": "縮小",
    "Reset axes": "元の範囲に戻す",
    "Double-click to zoom back out": "ダブルクリックで元の範囲に戻ります",
    "Sorry, there was a problem downloading your image!": "画像を保存できませんでした。",
  },
  format: { decimal: ".", thousands: ",", grouping: [3], currency: ["", "円"] },
};
const START = "グラフを操作する";
const LOADING = "読み込んでいます…";
const AGAIN = "もう一度読み込む";
const FAILED = "操作できるグラフを読み込めませんでした。上の図と表は、このままご覧いただけます。";

const isWide = matchMedia("(min-width: 48rem)");
const isDark = matchMedia("(prefers-color-scheme: dark)");
const hasFinePointer = matchMedia("(hover: hover) and (pointer: fine)");

let library;

/** Fetch Plotly's style sheet and script from this site, once a page; a failure may be tried again. */
function loadPlotly({ plotlySrc, plotlyCss }) {
  library ??= Promise.all([loadStyles(plotlyCss), loadScript(plotlySrc)]).then(
    () => {
      window.Plotly.register(LOCALE);
      return window.Plotly;
    },
    (error) => {
      library = undefined;
      throw error;
    },
  );
  return library;
}

function loadScript(src) {
  const script = document.createElement("script");
  script.src = src;
  return appended(script);
}

/** Under this id and class Plotly finds its rules in place, and puts no style element into the page. */
function loadStyles(href) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.id = "plotly.js-style-global";
  link.className = "no-inline-styles";
  link.href = href;
  return appended(link);
}

function appended(element) {
  return new Promise((resolve, reject) => {
    element.addEventListener("load", resolve);
    element.addEventListener("error", () => {
      element.remove();
      reject(new Error(`could not load ${element.src ?? element.href}`));
    });
    document.head.append(element);
  });
}

/** Give a copy of a figure's part with every "var(--chart-…)" as the colour that it has here and now. */
function coloured(part, probe) {
  if (typeof part === "string" && part.startsWith("var(--")) {
    probe.style.color = part;
    return getComputedStyle(probe).color;
  }
  if (Array.isArray(part)) return part.map((item) => coloured(item, probe));
  if (part && typeof part === "object") {
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, coloured(value, probe)]));
  }
  return part;
}

class Chart {
  constructor(figure) {
    this.figure = figure;
    this.frame = figure.querySelector(".chart-frame");
    this.button = figure.querySelector(".chart-start");
    this.status = figure.querySelector(".chart-status");
    this.spec = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
    this.zooms = !this.spec.layout.xaxis.fixedrange;
    this.listen();
  }

  listen() {
    const turn = () => this.draw();
    this.frame.addEventListener("pointermove", (event) => {
      this.pointer = event;
      if (event.pointerType !== "touch" && !navigator.connection?.saveData) turn();
    });
    this.frame.addEventListener("click", (event) => {
      this.pointer = event;
      turn();
    });
    this.button.addEventListener("focus", turn);
    this.button.addEventListener("click", async () => {
      if (await this.draw(true)) this.live.querySelector(".modebar-btn")?.focus();
    });
  }

  /** Draw once; tell whether the chart stands. After a failure only the button tries again. */
  draw(again = false) {
    if (this.failed && !again) return Promise.resolve(false);
    this.drawing ??= this.start().catch((error) => this.fail(error));
    return this.drawing;
  }

  async start() {
    this.failed = false;
    this.status.textContent = "";
    this.button.textContent = LOADING;
    const plotly = await loadPlotly(this.figure.dataset);
    this.live = document.createElement("div");
    this.live.className = "chart-live chart-waiting";
    this.frame.append(this.live);
    await this.plot(plotly);
    this.live.classList.remove("chart-waiting");
    this.figure.classList.add("chart-drawn");
    this.button.textContent = START;
    this.answer();
    new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width && contentRect.width !== this.width) this.plot(plotly);
    }).observe(this.frame);
    isDark.addEventListener("change", () => this.plot(plotly));
    return true;
  }

  fail(error) {
    console.warn(error);
    this.live?.remove();
    this.live = this.drawing = undefined;
    this.failed = true;
    this.button.textContent = AGAIN;
    this.status.textContent = FAILED;
    return false;
  }

  async plot(plotly) {
    const { data, layout } = this.sized();
    await plotly.react(this.live, data, layout, {
      ...this.spec.config,
      locale: "ja",
      modeBarButtons: [[...(this.zooms ? ["zoomIn2d", "zoomOut2d", "resetScale2d"] : []), this.download(plotly)]],
    });
    this.describe();
  }

  /** Give data and layout for the box as it is: its size, its colours, and words where the SVG has them. */
  sized() {
    const { data, layout, narrow, narrowData = data } = this.spec;
    const { width, height } = this.frame.getBoundingClientRect();
    this.width = width;
    const { fontFamily: family } = getComputedStyle(this.frame);
    const figure = coloured(isWide.matches ? { data, layout } : { data: narrowData, layout: narrow }, this.live);
    Object.assign(figure.layout, { width, height, dragmode: this.zooms && hasFinePointer.matches ? "zoom" : false });
    for (const font of [figure.layout.font, figure.layout.hoverlabel.font]) font.family = family;
    this.live.style.color = "";
    return figure;
  }

  /** Tell the screen reader one picture with its words, and leave the buttons of the mode bar to the keyboard. */
  describe() {
    const [picture, ...others] = this.live.querySelectorAll(".main-svg");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", this.frame.querySelector("[aria-label]").getAttribute("aria-label"));
    for (const other of others) other.setAttribute("aria-hidden", "true");
  }

  /** Answer where the pointer is already, as if the chart had been there before it. */
  answer() {
    if (!this.pointer) return;
    const { clientX, clientY } = this.pointer;
    const cover = this.live.querySelector(".nsewdrag");
    cover?.dispatchEvent(new MouseEvent("mousemove", { clientX, clientY, bubbles: true, view: window }));
  }

  /** The button that saves a picture with its title and notes, which on the page stand around the chart. */
  download(plotly) {
    return {
      name: "PNG画像で保存",
      icon: plotly.Icons.camera,
      click: () => {
        const { data, layout } = this.sized();
        const { title, notes, legend } = this.spec;
        const { width, height, margin } = layout;
        const lines = notes.match(new RegExp(`.{1,${Math.floor((width - 16) / 11)}}`, "gu")) ?? [];
        const below = lines.length * 15 + (lines.length ? 12 : 0) + (legend ? 56 : 0);
        Object.assign(layout, {
          title: { text: title, x: 0.02, xanchor: "left", y: 1, yanchor: "top", pad: { t: 14 }, font: { size: 16 } },
          margin: { ...margin, t: margin.t + 34, b: margin.b + below },
          height: height + 34 + below,
          showlegend: Boolean(legend),
        });
        if (lines.length) {
          const place = { xref: "paper", yref: "paper", x: 0, y: 0, xanchor: "left", yanchor: "top" };
          const words = { text: lines.join("<br>"), showarrow: false, align: "left", yshift: -margin.b, xshift: 8 - margin.l };
          layout.annotations = [...layout.annotations, { ...place, ...words, font: { size: 11 } }];
        }
        plotly.downloadImage({ data, layout }, { format: "png", width, height: layout.height, scale: 2, filename: title });
      },
    };
  }
}

for (const figure of document.querySelectorAll("figure[data-chart]")) new Chart(figure);
