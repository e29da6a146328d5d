// How a scan looks and sounds: the big answer of each lane, the parcels to stop, the list of what was scanned.
"use strict";
(() => {
  const SIGNS = { go: "✓", moving: "…", next: "→", stop: "■", unknown: "?" };
  const TONES = {
    // [frequency in Hz, from s, length s, form]: each signal has a figure of its own, so that nobody has to look up.
    go: [[880, 0, 0.09, "sine"], [1320, 0.1, 0.16, "sine"]],
    moving: [[1050, 0, 0.06, "sine"]],
    next: [[700, 0, 0.05, "sine"]],
    stop: [[210, 0, 0.22, "square"], [210, 0.28, 0.22, "square"], [210, 0.56, 0.34, "square"]],
    unknown: [[440, 0, 0.14, "triangle"], [440, 0.2, 0.14, "triangle"]],
  };
  const LISTED = 30;

  const lang = document.documentElement.lang === "en" ? "en" : "ja";
  const element = (id) => document.getElementById(id);

  const made = (tag, name, text = "") => {
    const found = document.createElement(tag);
    if (name) found.className = name;
    found.textContent = text;
    return found;
  };

  let audio = null;
  let muted = localStorage.getItem("scan.muted") === "yes";

  // Browsers let a page sound only after a key or a touch.
  const unlock = () => {
    try {
      audio ??= new AudioContext();
      audio.onstatechange = heard;
      if (audio.state === "suspended") audio.resume().catch(heard);
    } catch {
      audio = null;
    }
  };

  // A packer who hears nothing must know that nothing can be heard.
  const heard = () => {
    element("scan-silent").hidden = muted || !blocked();
  };

  const blocked = () => !audio || audio.state !== "running";

  const sound = (signal) => {
    if (muted || blocked()) return;
    for (const [frequency, from, length, form] of TONES[signal]) {
      const tone = audio.createOscillator();
      const loudness = audio.createGain();
      const start = audio.currentTime + from;
      tone.type = form;
      tone.frequency.value = frequency;
      loudness.gain.setValueAtTime(form === "square" ? 0.28 : 0.4, start);
      loudness.gain.exponentialRampToValueAtTime(0.001, start + length);
      tone.connect(loudness).connect(audio.destination);
      tone.start(start);
      tone.stop(start + length);
    }
  };

  const show = (words, signals) => {
    const word = (signal) => signals[signal][lang === "en" ? 1 : 0];
    const reason = (answer) => (answer[`reason_${lang}`] ? answer[`reason_${lang}`] : words[answer.reason] || "");
    const next = (answer) => answer[`next_${lang}`] || "";
    const why = (answer) => {
      const others = answer.belongs_to?.length ? ` (${words.belongs_to} ${answer.belongs_to.join(" ")})` : "";
      return [`${reason(answer)}${others}`, next(answer)].filter(Boolean).join(lang === "en" ? ". " : "。");
    };
    const time = (iso) => new Date(iso).toLocaleTimeString("ja-JP", { timeZone: "Asia/Tokyo" });
    const numbers = (scan) => [scan.numbers?.order, scan.numbers?.label].filter(Boolean).join("  ⇔  ");

    const mute = () => {
      element("scan-mute").textContent = muted ? words.sound_on : words.sound_off;
      element("scan-mute").setAttribute("aria-pressed", String(muted));
      heard();
    };

    const lanes = new Map();
    const laneOf = (name) => {
      if (lanes.has(name)) return lanes.get(name);
      const box = made("div", "lane");
      box.dataset.lane = name;
      const parts = { name: made("span", "name", name), big: made("div", "big"), numbers: made("p", "numbers"), why: made("p", "why"), half: made("p", "half") };
      box.append(...Object.values(parts));
      element("scan-lanes").append(box);
      lanes.set(name, { box, ...parts });
      return lanes.get(name);
    };

    const big = (name, signal, said, shown = "", why = "") => {
      const lane = laneOf(name);
      lane.box.className = `lane ${signal}`;
      lane.box.dataset.signal = signal;
      const sign = made("span", "sign", SIGNS[signal]);
      sign.setAttribute("aria-hidden", "true");
      lane.big.replaceChildren(sign, made("span", "word", said));
      lane.numbers.textContent = shown;
      lane.why.textContent = why;
      void lane.box.offsetWidth; // lets the same answer twice be seen as two
      lane.box.classList.add("struck");
      element(signal === "stop" ? "scan-alarm" : "scan-said").textContent = [said, shown, why].filter(Boolean).join(" ");
    };

    return {
      sound,
      unlock,
      laneOf,
      clearLanes: () => {
        lanes.clear();
        element("scan-lanes").replaceChildren();
      },
      toggleMute: () => {
        muted = !muted;
        localStorage.setItem("scan.muted", muted ? "yes" : "no");
        unlock();
        mute();
      },
      mute,
      // What the page itself says, without anybody's answer.
      say: (lane, signal, said, shown, why) => {
        big(lane, signal, said || word(signal), shown, why);
        sound(signal);
      },
      answer: (scan) => big(scan.lane, scan.answer.signal, word(scan.answer.signal), numbers(scan), why(scan.answer)),
      half: (name, text) => {
        laneOf(name).half.textContent = text;
      },
      stops: (scans, confirm) => {
        const shown = scans.map((scan) => `${scan.id} ${scan.answer.reason}`).join();
        if (shown === element("scan-stops").dataset.shown) return; // a button under somebody's finger stays
        element("scan-stops").dataset.shown = shown;
        element("scan-stops").hidden = !scans.length;
        element("scan-stop-list").replaceChildren(
          ...scans.map((scan) => {
            const row = made("li");
            row.dataset.id = scan.id;
            const button = made("button", "btn", words.confirm);
            button.type = "button";
            button.addEventListener("click", () => confirm(scan));
            row.append(made("span", "numbers", `■ ${numbers(scan)}`), made("span", "why", why(scan.answer)), made("span", "", time(scan.at)), button);
            return row;
          }),
        );
        if (scans.length) element("scan-alarm").textContent = `${words.stopped}: ${scans.map(numbers).join(", ")}`;
      },
      past: (scans) => {
        const tones = { go: "good", moving: "moving", next: "calm", stop: "stop", unknown: "care" };
        element("scan-past").replaceChildren(
          ...scans.slice(0, LISTED).map((scan) => {
            const row = made("tr");
            row.dataset.id = scan.id;
            const signal = scan.answer?.signal;
            const mark = made("span", `state ${signal ? tones[signal] : "calm"}`, signal ? `${SIGNS[signal]} ${word(signal)}` : words.sending);
            const cells = [made("td", "time", time(scan.at)), made("td"), made("td", "number", scan.numbers?.order || ""), made("td", "number", scan.numbers?.label || ""), made("td", "why", scan.answer ? reason(scan.answer) : "")];
            cells[1].append(mark);
            [...document.querySelectorAll("#scan table th")].forEach((head, place) => (cells[place].dataset.name = head.textContent));
            row.append(...cells);
            return row;
          }),
        );
        element("scan-count").textContent = String(scans.length);
      },
      banner: (waiting, trouble) => {
        const lines = [waiting ? `${waiting} ${words.waiting}` : "", trouble ? words[trouble] : ""].filter(Boolean);
        element("scan-banner").hidden = !lines.length;
        element("scan-banner").textContent = lines.join(" ");
        element("scan-banner").dataset.waiting = String(waiting);
        element("scan-banner").dataset.trouble = trouble;
        if (trouble === "login") {
          const link = made("a", "", " /login");
          link.href = "/login?next=/scan";
          link.target = "_blank"; // the scans of this page go out as soon as somebody has logged in there
          element("scan-banner").append(link);
        }
      },
    };
  };

  globalThis.ScanShow = { show, lang };
})();
