// What a reader typed, and how texts become pairs: the same as connector/domain/scan.py and scan_pairs.py, so that the
// page answers without a network. Both take their rules from there; a test compares what the two make of texts.
"use strict";
(() => {
  const whole = (pattern) => new RegExp(`^(?:${pattern})$`, "u");
  const every = (pattern) => new RegExp(pattern, "gu");

  const CHECKS = {
    "7dr": (number) => [...number.slice(0, -1)].reduce((rest, digit) => (rest * 10 + Number(digit)) % 7, 0) === Number(number.at(-1)),
    s10: (number) => {
      const total = [8, 6, 4, 2, 3, 5, 9, 7].reduce((sum, weight, place) => sum + weight * Number(number[2 + place]), 0);
      const check = 11 - (total % 11);
      return (check === 10 ? 0 : check === 11 ? 5 : check) === Number(number[10]);
    },
  };

  // A source's own pattern is Python's; one that a browser reads otherwise, or not at all, is left to the program.
  const ownPattern = (pattern) => {
    try {
      return new RegExp(pattern.replaceAll("(?P<", "(?<"), "u");
    } catch {
      return null;
    }
  };

  const reader = (rules) => {
    const order = whole(rules.order);
    const own = rules.pattern ? ownPattern(rules.pattern) : null;
    const number = whole(rules.number);
    const codabar = whole(rules.codabar);
    const command = whole(rules.command);
    const [hyphens, control] = [every(rules.hyphens), every(rules.control)];
    const kana = new RegExp(rules.kana, "u");
    const prefixes = Object.keys(rules.readers).sort((one, other) => other.length - one.length);
    const labels = rules.labels.map((each) => ({ ...each, shape: whole(each.pattern) }));
    const strip = (text) => text.replace(/^ +| +$/g, "");

    const numberIn = (text) => {
      const found = text.replace(/[\s-]/gu, "").replace(/[a-z]/g, (letter) => letter.toUpperCase());
      return number.test(found) && /[0-9]/.test(found) && /[^0]/.test(found) ? found : "";
    };

    const isOrder = (text) => {
      if (!rules.pattern) return order.test(text);
      const match = own && own.exec(text);
      return Boolean(match && match.groups.ref && match.groups.ref.trim());
    };

    // "fine", "wrong" (its check digit says so for certain), or "" where the number has not this company's form.
    const fits = (found, of) => {
      if (!of.shape.test(found)) return "";
      const check = CHECKS[of.checks[found.length]];
      return check && !check(found) && of.wrong && found.length === 12 ? "wrong" : "fine";
    };

    return (raw) => {
      const chosen = [...raw].slice(0, 2 * rules.longest).join("");
      let text = strip(chosen.replace(control, "").normalize("NFKC").replace(hyphens, "-"));
      let lane = "";
      const prefix = prefixes.find((each) => text.startsWith(each));
      if (prefix !== undefined) {
        lane = rules.readers[prefix];
        text = strip(text.slice(prefix.length));
      }
      const unreadable = (trouble) => ({ meaning: "unreadable", text: "", number: "", lane, trouble });
      if (!text) return unreadable("empty");
      if (prefixes.some((each) => text.includes(each))) return unreadable("two_readers");
      if (kana.test(text)) return unreadable("kana");
      if ([...text].length > rules.longest) return unreadable("no_number");
      const asked = command.exec(text);
      if (asked) return { meaning: "command", text: asked[1].toUpperCase(), number: "", lane, trouble: null };
      const pair = codabar.exec(text);
      if (pair) text = pair[1];
      const found = numberIn(text);
      const fit = found ? labels.map((of) => fits(found, of)).filter(Boolean) : [];
      const isLabel = fit.includes("fine");
      const unsure = Boolean(rules.pattern) && own === null;
      if (isOrder(text)) return { meaning: isLabel ? "either" : "order", text, number: found, lane, trouble: null };
      if (isLabel) return { meaning: "label", text, number: found, lane, trouble: null };
      if (unsure) return { meaning: "either", text, number: found, lane, trouble: null };
      if (fit.length) return unreadable("check_digit");
      return found ? { meaning: "other", text, number: found, lane, trouble: null } : unreadable("no_number");
    };
  };

  const KEPT = {
    none: () => [],
    same: (texts) => texts,
    one: (texts, text) => [text],
    last_two: (texts, text) => [...texts.slice(-1), text],
    others: (texts, text) => texts.filter((each) => each !== text),
  };
  const SCANNED = ["order", "label", "either", "other"];

  const play = (pairs, lane, what, text = "") => {
    const waitsWithIt = lane.texts.includes(text);
    if (what === "known" && !waitsWithIt) return { lane, output: "nothing", reported: [] };
    const again = waitsWithIt && SCANNED.includes(what);
    const [half, output, keep] = pairs.moves[lane.half][again ? "again" : what];
    const reported = output === "pair" ? [...lane.texts, text] : pairs.alone.includes(output) ? [text] : [];
    return { lane: { half, texts: KEPT[keep](lane.texts, text) }, output, reported };
  };

  globalThis.ScanRules = { reader, play };
})();
