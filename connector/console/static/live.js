// Keeps the page true: listens to /stream and tells the page what changed ("live:entries", ...), which makes htmx read
// those parts anew; counts ages and deadlines on; copies numbers.
"use strict";
(() => {
  const TOPICS = ["labels", "entries", "conflicts", "alerts", "webhooks", "people"];
  const sign = document.getElementById("live");
  let stream = null;
  let missed = true; // what happened between the page and its stream

  const told = new Map(); // when of which topic
  const asked = new Map(); // when which part, by its id

  const pass = (topic) => document.body.dispatchEvent(new CustomEvent(`live:${topic}`));

  const tell = (topics) =>
    topics.forEach((topic) => {
      told.set(topic, performance.now());
      pass(topic);
    });

  const show = (on) => {
    sign.classList.toggle("on", on);
    sign.querySelector(".words").textContent = on ? sign.dataset.on : sign.dataset.off;
  };

  const open = () => {
    if (stream) return;
    stream = new EventSource("/stream");
    stream.addEventListener("open", () => {
      show(true);
      if (missed) tell(TOPICS); // what happened meanwhile nobody told us
      missed = false;
    });
    stream.addEventListener("change", (event) => tell(event.data.split(" ")));
    stream.addEventListener("error", () => {
      show(false);
      missed = true;
      if (stream.readyState === EventSource.CLOSED) {
        close(); // refused: the program restarts, or the session has ended, which leads to the log-in
        tell(["people"]);
        setTimeout(open, 3000);
      }
    });
  };

  const close = () => {
    if (stream) stream.close();
    stream = null;
  };

  // Browsers open six connections to one host; a page that nobody sees must not hold one.
  const attend = () => {
    if (document.hidden) {
      close();
      missed = true;
    } else {
      open();
    }
  };

  const UNITS = { ja: ["日", "時間", "分", "秒"], en: [" d", " h", " min", " s"] };

  const inWords = (ms) => {
    const lang = document.documentElement.lang === "en" ? "en" : "ja";
    let rest = Math.max(0, Math.floor(ms / 1000));
    const amounts = [86400, 3600, 60, 1].map((size) => {
      const amount = Math.floor(rest / size);
      rest -= amount * size;
      return amount;
    });
    const first = Math.max(0, amounts.findIndex((amount) => amount > 0));
    const at = amounts.some((amount) => amount > 0) ? first : 3;
    return [at, at + 1]
      .filter((place) => place < 4 && (amounts[place] > 0 || place === at))
      .map((place) => `${amounts[place]}${UNITS[lang][place]}`)
      .join(lang === "en" ? " " : "");
  };

  const count = () => {
    const now = Date.now();
    document.querySelectorAll("time[data-since]").forEach((each) => {
      const ms = now - Date.parse(each.dateTime);
      if (ms >= 10000) each.textContent = inWords(ms);
    });
    document.querySelectorAll("time[data-until]").forEach((each) => {
      const ms = Date.parse(each.dateTime) - now;
      each.textContent = ms > 0 ? inWords(ms) : each.dataset.over;
      each.classList.toggle("near", ms <= 3600000);
    });
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      return; // not allowed on this address; the text stands beside the button
    }
    button.classList.add("copied");
    button.title = button.dataset.copied;
    setTimeout(() => button.classList.remove("copied"), 1500);
  });

  document.addEventListener("click", (event) => {
    const opened = event.target.closest("[data-unless-busy] summary");
    if (opened) opened.parentElement.dataset.byHand = "";
  });

  const begun = (field) => field === document.activeElement || field.checked !== field.defaultChecked || field.value !== field.defaultValue;

  // A form that somebody has opened or fills in is not replaced under their hands.
  const busy = (element) => {
    const part = element.closest("[data-unless-busy]");
    if (!part) return false;
    return part.querySelector("details[open][data-by-hand]") !== null || [...part.querySelectorAll("input, textarea")].some(begun);
  };

  // A page that is on its way to the next one follows nothing: asked by a session that a password or a log-out has just
  // ended, it would be led to the log-in instead.
  let left = -Infinity;
  const leaving = () => performance.now() - left < 10000;
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) left = performance.now();
  });
  document.addEventListener("htmx:beforeOnLoad", (event) => leaving() && event.preventDefault());

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (leaving() || busy(event.detail.elt)) event.preventDefault();
    else asked.set(event.detail.elt.id, performance.now());
  });

  // An answer knows nothing of what was told while it was on its way, and with the part that it replaces goes what that
  // part was about to ask.
  document.addEventListener("htmx:afterSettle", (event) => {
    const id = event.detail.requestConfig.elt.id;
    const since = asked.get(id) ?? Infinity;
    asked.delete(id);
    told.forEach((at, topic) => at > since && pass(topic));
  });

  // The answer to a log-in that has ended, or to a refused act, is a page of its own, not a part of this one.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status >= 400 || busy(event.detail.elt)) event.detail.shouldSwap = false;
  });

  setInterval(count, 1000);
  document.addEventListener("htmx:afterSwap", count);
  if (sign) {
    attend();
    document.addEventListener("visibilitychange", attend);
    window.addEventListener("pagehide", close);
  }
})();
