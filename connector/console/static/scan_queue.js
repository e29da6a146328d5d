// The scans of this browser: kept on its disk before anything else, sent in the background with the same id until they
// are answered, and asked about again, since an answer may change. No scan waits for the network, and none is lost to it.
"use strict";
(() => {
  const DATABASE = "qoo10-connector-scans";
  const AT_ONCE = 50;
  const ASK_MS = { moving: 1000, standing: 10000 };
  const WATCHED = 100;
  const WATCH_MS = 12 * 3600 * 1000;
  const FORGET_MS = 24 * 3600 * 1000;
  const BEAT_MS = 2000;
  const GONE_MS = 15000;
  const LATE_MS = 1500;
  const TIMEOUT_MS = 10000;
  const PAUSES_MS = [300, 700, 1500, 3000, 5000];

  const newId = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID() is not there on plain http
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  const opened = () =>
    new Promise((resolve, reject) => {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore("scans", { keyPath: "id" });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  const done = (transaction) =>
    new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });

  // Each page works on the scans that were made on it, and on those of pages that are closed.
  const alive = (page) => Date.now() - Number(localStorage.getItem(`scan.alive.${page}`) || 0) < GONE_MS;

  // `changed(scan, before)` is told of every answer, `state(waiting, trouble)` of what keeps scans from being sent.
  const open = async (station, changed, state) => {
    const scans = new Map();
    let database = null;
    let trouble = "";
    let failures = 0;
    let sending = false;
    let again = 0;

    const waiting = () => [...scans.values()].filter((each) => each.state === "waiting");
    const mine = () => [...scans.values()].reverse(); // newest first
    const said = () => {
      const some = waiting();
      const late = failures > 0 || some.some((each) => Date.now() - each.addedAt > LATE_MS);
      state(late ? some.length : 0, database ? trouble : trouble || "not_kept");
    };

    const keep = async (some) => {
      if (!database || !some.length) return;
      try {
        const transaction = database.transaction("scans", "readwrite", { durability: "strict" });
        some.forEach((each) => transaction.objectStore("scans").put(each));
        await done(transaction);
      } catch {
        trouble = "not_kept";
        said();
      }
    };

    const read = async () => {
      const transaction = database.transaction("scans", "readwrite");
      const request = transaction.objectStore("scans").getAll();
      await new Promise((resolve, reject) => {
        request.onsuccess = resolve;
        request.onerror = () => reject(request.error);
      });
      const old = (each) => each.state !== "waiting" && Date.now() - Date.parse(each.at) > FORGET_MS;
      request.result.filter(old).forEach((each) => transaction.objectStore("scans").delete(each.id));
      return request.result.filter((each) => !old(each)).sort((one, other) => one.addedAt - other.addedAt);
    };

    const ask = async (path, options = {}) => {
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
      try {
        return await fetch(path, { ...options, signal: stop.signal, headers: { "content-type": "application/json" }, redirect: "error" });
      } finally {
        clearTimeout(timer);
      }
    };

    const take = async (answers) => {
      const some = [];
      for (const answer of answers) {
        const scan = scans.get(answer.id);
        if (!scan) continue;
        const before = scan.answer;
        const numbers = { order: answer.order_nos.join(" "), label: answer.tracking_no };
        Object.assign(scan, { state: "answered", answer, texts: [], numbers, answeredAt: Date.now() });
        some.push(scan);
        changed(scan, before);
      }
      await keep(some);
    };

    const refuse = async (scan) => {
      const before = scan.answer;
      Object.assign(scan, { state: "refused", answer: { signal: "unknown", reason: "refused" }, texts: [] });
      changed(scan, before);
      await keep([scan]);
    };

    const later = () => {
      clearTimeout(again);
      again = setTimeout(send, PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)]);
      failures += 1;
      said();
    };

    const report = (some) =>
      ask("/api/v1/scans", {
        method: "POST",
        body: JSON.stringify({ scans: some.map(({ id, source, station: on, lane, texts, carrier, at }) => ({ id, source, station: on, lane, texts, carrier, at })) }),
      });

    // One that cannot be taken must not keep the others waiting: after a refusal each goes by itself.
    const sendSome = async (some) => {
      const response = await report(some);
      if (response.ok) {
        await take((await response.json()).scans);
        return some.some((each) => each.state === "waiting") ? "missing" : "";
      }
      if (response.status === 401) return "login";
      if (response.status === 403) return "not_allowed";
      if (![400, 413, 422].includes(response.status)) return "unavailable";
      if (some.length === 1) {
        await refuse(some[0]);
        return "";
      }
      for (const each of some) {
        const failed = await sendSome([each]);
        if (failed) return failed;
      }
      return "";
    };

    const send = async () => {
      if (sending) return;
      sending = true;
      try {
        for (;;) {
          const some = waiting().slice(0, AT_ONCE);
          if (!some.length) break;
          const failed = await sendSome(some).catch(() => "unavailable");
          trouble = failed === "login" || failed === "not_allowed" ? failed : "";
          if (failed) {
            later();
            return;
          }
          failures = 0;
        }
        said();
      } finally {
        sending = false;
      }
      if (waiting().length) send();
    };

    const watched = () =>
      mine()
        .filter((each) => each.state === "answered" && Date.now() - Date.parse(each.at) < WATCH_MS)
        .slice(0, WATCHED);

    let lookedAt = 0;
    let heard = false; // the page's stream says that something has changed
    let looking = false;
    const look = async () => {
      const some = watched();
      if (looking || !some.length) return; // also while another tab is in front: a stop must be heard
      looking = true;
      heard = false;
      lookedAt = Date.now();
      try {
        const response = await ask(`/api/v1/scans?ids=${some.map((each) => each.id).join(",")}`);
        if (response.ok) await take((await response.json()).scans);
      } catch {
        // Nobody answers: what was said before stands there with its time.
      } finally {
        looking = false;
      }
    };

    const adopt = async () => {
      if (!database) return;
      const some = (await read()).filter((each) => !scans.has(each.id) && (each.page === station || !alive(each.page)));
      some.forEach((each) => scans.set(each.id, Object.assign(each, { page: station })));
      await keep(some);
      if (some.length) {
        some.filter((each) => each.answer).forEach((each) => changed(each, each.answer));
        send();
      }
    };

    const beat = () => {
      localStorage.setItem(`scan.alive.${station}`, String(Date.now()));
      Object.keys(localStorage)
        .filter((key) => key.startsWith("scan.alive.") && !alive(key.slice(11)))
        .forEach((key) => localStorage.removeItem(key));
    };

    const tick = () => {
      said();
      const moving = watched().some((each) => each.answer.signal === "moving");
      if (Date.now() - lookedAt >= (moving || heard ? ASK_MS.moving : ASK_MS.standing)) look();
    };

    try {
      database = await opened();
      database.onversionchange = () => database.close();
      beat();
      await adopt();
    } catch {
      database = null; // a private window, or a full disk: they are kept in memory, and the page says so
    }
    navigator.storage?.persist?.();
    setInterval(tick, 250);
    setInterval(beat, BEAT_MS);
    setInterval(() => adopt().catch(() => {}), GONE_MS);
    setInterval(() => waiting().length && !sending && send(), 15000);
    window.addEventListener("beforeunload", (event) => {
      if (!database && waiting().length) event.preventDefault();
    });
    window.addEventListener("online", () => {
      failures = 0;
      send();
    });
    ["live:entries", "live:conflicts", "live:labels"].forEach((name) => document.body.addEventListener(name, () => (heard = true)));
    said();
    send();

    return {
      mine,
      add: (scan) => {
        const at = new Date();
        const kept = { id: newId(), station, page: station, at: at.toISOString(), addedAt: at.getTime(), state: "waiting", answer: null, confirmed: false, ...scan };
        scans.set(kept.id, kept);
        keep([kept]).then(send);
        return kept;
      },
      // The halves of a pair are not shown beside it.
      pair: (ids) => {
        const halves = ids.map((id) => scans.get(id)).filter(Boolean);
        halves.forEach((each) => (each.paired = true));
        return keep(halves);
      },
      confirm: (scan) => {
        scan.confirmed = true;
        return keep([scan]);
      },
    };
  };

  globalThis.ScanQueue = { open };
})();
