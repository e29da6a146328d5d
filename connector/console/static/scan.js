// The packing table: takes what readers type, makes pairs of it, hands it to the queue, and says at once what is known.
"use strict";
(async () => {
  const root = document.getElementById("scan");
  if (!root) return;
  const data = JSON.parse(document.getElementById("scan-data").textContent);
  const words = JSON.parse(document.getElementById("scan-words").textContent);
  const element = (id) => document.getElementById(id);
  const input = element("scan-text");
  const show = ScanShow.show(words, data.signals);

  const BURST = { letters: 6, ms: 35 }; // nobody types six letters with so little time between
  const REMIND_MS = 5000;
  const REMEMBERED = 50;

  const station = sessionStorage.getItem("scan.station") || Math.random().toString(36).slice(2, 12);
  sessionStorage.setItem("scan.station", station);
  let table = null;
  let source = "";
  let carrier = "";
  let read = null;
  let lanes = new Map(); // name -> { lane, since, ids: the scans that its texts were reported alone with }
  const typed = [];
  let recalled = -1;

  const laneState = (name) => {
    if (!lanes.has(name)) lanes.set(name, { lane: { half: "nothing", texts: [] }, since: 0, ids: {} });
    return lanes.get(name);
  };

  // A reload keeps half pairs: the order that was scanned before it still waits for its label.
  const keepLanes = () => sessionStorage.setItem("scan.lanes", JSON.stringify({ source, lanes: [...lanes] }));

  const half = (name) => {
    const { lane } = laneState(name);
    const waits = { order: words.label_next, label: words.order_next, either: words.either_next, two_orders: words.two_orders, two_labels: words.two_labels }[lane.half];
    show.half(name, waits ? `→ ${waits} (${lane.texts.join(" / ")})` : "");
  };

  const setUp = () => {
    source = element("scan-table").value;
    table = data.tables[source];
    read = ScanRules.reader(table.rules);
    localStorage.setItem("scan.source", source);
    const kept = localStorage.getItem(`scan.carrier.${source}`);
    carrier = table.carriers.some((each) => each.word === kept) ? kept : table.carriers[0].word;
    element("scan-carrier").replaceChildren(...table.carriers.map((each) => new Option(each[ScanShow.lang], each.word, false, each.word === carrier)));
    show.clearLanes();
    const before = JSON.parse(sessionStorage.getItem("scan.lanes") || "{}");
    lanes = new Map(before.source === source ? before.lanes : []);
    (table.lanes.length ? table.lanes : [""]).forEach((name) => show.laneOf(name));
    [...lanes.keys()].forEach(half);
  };

  let queue = { mine: () => [] };

  // One parcel is one stop, however often it was scanned: the newest scan speaks for the others.
  const sameParcel = (one, other) => ["order", "label"].some((name) => one.numbers[name] && one.numbers[name] === other.numbers[name]);
  const unconfirmed = () => queue.mine().filter((each) => each.answer?.signal === "stop" && !each.confirmed);
  const stops = () => {
    const newest = unconfirmed();
    return newest.filter((each, place) => !newest.slice(0, place).some((other) => sameParcel(each, other))).reverse();
  };

  const confirm = (scan) => {
    unconfirmed().filter((each) => each === scan || sameParcel(each, scan)).forEach((each) => queue.confirm(each));
    refresh();
    input.focus();
  };

  const latest = new Map(); // lane -> { id, signal }: the scan that its box is about, and what was said of it

  const refresh = (() => {
    let asked = false;
    return () => {
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        show.past(queue.mine().filter((each) => !each.paired));
        show.stops(stops(), confirm);
      });
    };
  })();

  const changed = (scan, before) => {
    refresh();
    const answer = scan.answer;
    if (table.labelsOnly && answer.reason === "order_next") answer.signal = "unknown";
    const known = answer.signal !== "next" && scan.alone;
    const state = known ? [...lanes.entries()].find(([, each]) => each.ids[scan.alone] === scan.id) : null;
    if (state && answer.tracking_no) move(state[0], "known", scan.alone);
    if (before?.signal === answer.signal && before?.reason === answer.reason) return;
    const isNew = answer.signal !== before?.signal;
    const shown = latest.get(scan.lane);
    if (shown?.id === scan.id) {
      // A half pair is told what comes next already; only more than that is worth a word.
      if (!(answer.signal === "next" && scan.alone)) {
        show.answer(scan);
        if (answer.signal !== shown.signal) show.sound(answer.signal);
        shown.signal = answer.signal;
      }
    } else if (isNew && ["stop", "unknown"].includes(answer.signal)) {
      show.sound(answer.signal);
    }
    if (answer.signal === "stop" && isNew) scan.confirmed = false;
  };

  const move = (name, what, text) => {
    const state = laneState(name);
    const played = ScanRules.play(data.pairs, state.lane, what, text);
    state.lane = played.lane;
    state.since = Date.now();
    if (!played.lane.texts.length) state.ids = {};
    keepLanes();
    half(name);
    return played;
  };

  const report = (lane, texts, found) => {
    const one = texts.length === 1 ? found : null;
    const numbers = one ? { order: one.meaning === "order" ? one.text : "", label: one.meaning === "label" ? one.number : "" } : { order: texts.find((text) => read(text).meaning === "order") || "", label: texts.find((text) => read(text).meaning === "label") || "" };
    const scan = queue.add({ source, lane, texts, carrier, numbers, alone: one ? keyOf(found) : "" });
    refresh();
    return scan;
  };

  // The same label is the same text, however its hyphens were printed.
  const keyOf = (found) => (found.meaning === "label" ? found.number : found.text);

  const SAID = {
    alone: (found) => ["next", { order: words.label_next, label: words.order_next, either: words.either_next, other: words.read }[found.meaning], ""],
    pair: () => ["moving", "", words.pair],
    repeat: () => ["next", words.read, words.repeat],
    label_missing: () => ["unknown", "", words.label_missing],
    order_missing: () => ["unknown", "", words.order_missing],
    which_order: () => ["unknown", "", words.which_order],
    which_label: () => ["unknown", "", words.which_label],
  };

  const cancel = (only = null) => {
    input.value = "";
    for (const [name, { lane }] of lanes) {
      if ((only === null || only === name) && lane.half !== "nothing") {
        move(name, "cancel");
        show.say(name, "next", words.given_up, "", "");
      }
    }
  };

  const chooseCarrier = (word) => {
    const plain = (text) => text.toLowerCase().replace(/[._-]/g, "");
    const found = table.carriers.find((each) => plain(each.word) === plain(word));
    if (!found) return null;
    carrier = found.word;
    element("scan-carrier").value = carrier;
    localStorage.setItem(`scan.carrier.${source}`, carrier);
    return found;
  };

  const obey = (lane, asked) => {
    if (asked === "CANCEL") cancel(lane);
    else if (asked === "OK") stops().length && confirm(stops()[0]);
    else if (asked === "MUTE") show.toggleMute();
    else {
      const chosen = asked.startsWith("CARRIER-") ? chooseCarrier(asked.slice(8)) : null;
      if (chosen) show.say(lane, "next", words.carrier, chosen[ScanShow.lang]);
      else show.say(lane, "unknown", "", "", words.unknown_command);
    }
  };

  const take = (raw) => {
    const found = read(raw);
    if (found.meaning === "command") return obey(found.lane, found.text);
    if (found.meaning === "unreadable") {
      if (found.trouble !== "empty") show.say(found.lane, "unknown", "", "", words[found.trouble]);
      return undefined;
    }
    typed.unshift(found.text);
    typed.length = Math.min(typed.length, REMEMBERED);
    recalled = -1;
    const key = keyOf(found);
    if (table.labelsOnly) {
      latest.set(found.lane, { id: report(found.lane, [key], found).id, signal: "moving" });
      return show.say(found.lane, "moving", words.read, key, found.meaning === "order" ? words.alone : "");
    }
    const halves = Object.values(laneState(found.lane).ids);
    const played = move(found.lane, found.meaning, key);
    if (played.output === "pair") queue.pair(halves);
    const [signal, said, why] = SAID[played.output](found);
    if (played.reported.length) {
      const scan = report(found.lane, played.reported, found);
      if (played.output !== "pair") laneState(found.lane).ids[key] = scan.id;
      latest.set(found.lane, { id: scan.id, signal });
    }
    return show.say(found.lane, signal, said, played.reported.join("  ⇔  ") || key, why);
  };

  const finish = () => {
    const raw = input.value;
    input.value = "";
    clearTimeout(pause);
    burst = [];
    take(raw);
  };

  let pause = 0;
  let burst = [];

  const isBurst = () => burst.length >= BURST.letters && (burst.at(-1) - burst[0]) / (burst.length - 1) <= BURST.ms;

  const endAfterPause = () => {
    clearTimeout(pause);
    if (table.pauseMs > 0) pause = setTimeout(() => isBurst() && input.value && finish(), table.pauseMs);
  };

  document.addEventListener("keydown", (event) => {
    show.unlock();
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("dialog, details.menu")) return;
    const here = event.target === input;
    const letter = event.key.length === 1;
    if (event.key === " " && !input.value && stops().length && !event.target.closest("button, select, summary, a")) {
      event.preventDefault();
      confirm(stops()[0]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      cancel();
      input.focus();
    } else if (event.key === "Tab" && here && input.value) {
      event.preventDefault(); // a reader's suffix
      finish();
    } else if (here && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      recalled = Math.max(-1, Math.min(typed.length - 1, recalled + (event.key === "ArrowUp" ? 1 : -1)));
      input.value = recalled < 0 ? "" : typed[recalled];
    } else if (!here && letter && event.key !== " ") {
      input.focus(); // whatever has the focus, a reader's letters go into the field
    }
  });

  input.addEventListener("input", (event) => {
    if (event.inputType === "insertFromPaste") burst = [];
    else burst.push(performance.now());
    if (!event.isComposing) endAfterPause();
  });
  input.addEventListener("compositionend", endAfterPause);
  element("scan-form").addEventListener("submit", (event) => {
    event.preventDefault();
    finish();
    input.focus();
  });
  element("scan-cancel").addEventListener("click", () => {
    cancel();
    input.focus();
  });
  element("scan-silent").addEventListener("click", () => {
    show.unlock();
    input.focus();
  });
  element("scan-mute").addEventListener("click", () => {
    show.toggleMute();
    input.focus();
  });
  element("scan-table").addEventListener("change", () => {
    setUp();
    input.focus();
  });
  element("scan-carrier").addEventListener("change", (event) => {
    chooseCarrier(event.target.value);
    input.focus();
  });

  const chosen = localStorage.getItem("scan.source");
  if (chosen in data.tables) element("scan-table").value = chosen;
  setUp();
  queue = await ScanQueue.open(station, changed, show.banner);
  show.mute();
  refresh();
  input.focus();
  root.dataset.ready = "yes";

  setInterval(() => {
    for (const [name, { lane, since }] of lanes) {
      if (lane.half !== "nothing" && Date.now() - since > table.pairWithinMs) {
        move(name, "timeout");
        show.say(name, "unknown", "", "", words.timeout);
      }
    }
  }, 500);
  setInterval(() => stops().length && show.sound("stop"), REMIND_MS);
  window.addEventListener("focus", () => input.focus());
  // When the log-in has ended, other parts of a page lead to /login. This one stays: the next scan would be typed there.
  document.addEventListener("htmx:beforeOnLoad", (event) => event.detail.xhr.status >= 400 && event.preventDefault());
})();
