// The daily round on a phone: one room, one thumb. Everything recorded goes to the outbox first, then to the server.

const root = document.getElementById("qr");
const { Outbox } = await import(root.dataset.outbox);
const english = root.dataset.lang === "en";
const say = (zh, en) => (english ? en : zh);
const said = (words) => (words ? (english ? words.en : words.zh) : "");
const at = (id) => document.getElementById(id);

const FEVER = 37.3;
const round = { data: null, visits: [], here: 0, correcting: null, away: false };
const typed = { whole: null, tenth: null, well: null, symptoms: new Set() };
const lately = { unsent: [], recent: [] };

const outbox = new Outbox({
  name: "bihuan-round",
  site: root.dataset.site,
  address: root.dataset.records,
  changed: () => refresh(),
  stays: ({ stay, items }) => ({ stay, items }),
});

// ── what is to be done ───────────────────────────────────────────────────
const written = (visit) => {
  const mine = (record, items) => record.body?.stay === visit.stay || record.stay === visit.stay ? items : [];
  const done = new Set();
  for (const one of lately.unsent) for (const item of mine(one, one.body.items)) done.add(`${item} wait`);
  for (const one of lately.recent) {
    // nobody answered: that door is knocked at again when the list is read again
    if (!one.shown.silent || one.at >= round.data.loaded) for (const item of mine(one, one.items)) done.add(item);
  }
  return done;
};
const status = (visit) => {
  if (!visit.items.length) return "ok";
  const done = written(visit);
  if (visit.items.some((item) => done.has(`${item.code} wait`))) return "wait";
  return visit.items.every((item) => done.has(item.code)) ? "ok" : "todo";
};
const next = (from) => {
  const all = round.visits;
  for (let step = 1; step <= all.length; step += 1) {
    const there = (from + step + all.length) % all.length;
    if (status(all[there]) === "todo") return there;
  }
  return -1;
};

// a room that is visited stays in the count of the round; one that nothing is asked of does not
const idle = (visit) => !visit.items.length && !visit.done;

// ── drawing ──────────────────────────────────────────────────────────────
const made = (tag, text = "", attributes = {}) => {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};
const icon = (name) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "bh-icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${root.dataset.icons}#i-${name}`);
  svg.append(use);
  return svg;
};
const WORDS = { ok: ["已上传", "sent"], wait: ["未上传", "not sent"], todo: ["待测", "to do"], now: ["现在", "now"] };
const label = (visit, position) => {
  const state = status(visit);
  if (position === round.here) return ["now", WORDS.now];
  if (state === "todo" && position === next(round.here)) return ["", ["下一间", "next"]];
  if (idle(visit)) return ["", ["不用测", "none due"]];
  return [state === "todo" ? "" : state, WORDS[state]];
};

const drawStrip = () => {
  const all = round.visits;
  const first = Math.max(0, Math.min(round.here - 2, all.length - 5));
  at("qr-strip").replaceChildren(
    ...all.slice(first, first + 5).map((visit, offset) => {
      const position = first + offset;
      const [style, words] = label(visit, position);
      const item = made("li", visit.room, style ? { class: style } : {});
      if (position === round.here) item.setAttribute("aria-current", "step");
      item.append(made("small", say(...words)));
      return item;
    }),
  );
};

const drawRoom = () => {
  const visit = round.visits[round.here];
  const open = visit && (status(visit) === "todo" || round.correcting);
  delete at("qr-room").dataset.stay;
  for (const id of ["qr-room", "qr-form"]) at(id).hidden = !open;
  at("qr-none").hidden = Boolean(open);
  if (!open) return drawNone();
  at("qr-room").dataset.stay = visit.stay;
  at("qr-number").textContent = visit.room;
  at("qr-who").textContent = visit.who;
  at("qr-day").textContent = said(visit.day);
  const info = [];
  if (round.correcting) info.push(["edit", say("正在更正：原记录保留，另记一条", "Correcting: the old entry is kept, a new one is written")]);
  if (visit.positive) info.push(["alert-triangle", say("核酸阳性，请穿戴全套防护，等待转运", "Positive test: full protection, to be transferred")]);
  info.push(["history", visit.last ? said(visit.last) : say("还没有观察记录", "No observation yet")]);
  if (visit.test) info.push(["test-pipe", said(visit.test)]);
  const line = ([name, words]) => {
    const item = made("li");
    item.append(icon(name), made("span", words));
    return item;
  };
  at("qr-info").replaceChildren(...info.map(line));
  const warm = round.correcting ? round.correcting.items.some((code) => code.includes(":temperature")) : visit.items.some((item) => item.kind === "temperature");
  at("qr-pad").hidden = !warm;
  drawTyped();
};

const drawNone = () => {
  const later = round.visits.length ? say("下一轮到时间后，名单会自动出现。", "The list fills again when the next round begins.") : say("这个点现在没有在住的人。", "Nobody is in this site now.");
  at("qr-none-words").textContent = round.data ? later : say("还没有读到名单，连上网络后再看一次。", "The list has not been read yet; look again with a network.");
};

const heat = () => (typed.whole === null || typed.tenth === null ? null : `${typed.whole}.${typed.tenth}`);
const drawTyped = () => {
  const value = heat();
  const shown = value ?? (typed.whole === null ? "—" : `${typed.whole}._`);
  const output = at("qr-heat");
  output.replaceChildren(shown, made("small", " ℃"));
  output.classList.toggle("hot", value !== null && Number(value) >= FEVER);
  output.hidden = at("qr-pad").hidden;
  for (const key of root.querySelectorAll("[data-whole]")) key.setAttribute("aria-pressed", String(key.dataset.whole === "40" ? typed.whole >= 40 : Number(key.dataset.whole) === typed.whole));
  for (const key of root.querySelectorAll("[data-tenth]")) key.setAttribute("aria-pressed", String(Number(key.dataset.tenth) === typed.tenth));
  root.querySelector("[data-whole='40']").textContent = typed.whole === 41 ? "41" : "40";
  at("qr-well").setAttribute("aria-pressed", String(typed.well === true));
  at("qr-ill").setAttribute("aria-pressed", String(typed.well === false));
  at("qr-symptoms").hidden = typed.well !== false;
  for (const key of at("qr-symptoms").children) key.setAttribute("aria-pressed", String(typed.symptoms.has(key.dataset.code)));
  const words = value !== null && Number(value) >= FEVER ? say("发热：请再测一次，仍高即通知负责人", "Fever: measure again; if it stays, tell the manager") : "";
  if (at("qr-say").dataset.kind !== "missing" || words) tellBelow(words, "fever");
  drawSave();
};
const tellBelow = (words, kind) => {
  at("qr-say").textContent = words;
  at("qr-say").dataset.kind = words ? kind : "";
};
const drawSave = () => {
  const there = next(round.here);
  const to = there >= 0 && there !== round.here ? round.visits[there] : null;
  const same = to && to.room === round.visits[round.here].room;
  const where = same ? say(`记下，同房 ${to.who}`, `Record, then ${to.who}`) : to && say(`记下，去 ${to.room}`, `Record, on to ${to.room}`);
  const onward = where ?? say("记下，做完这一轮", "Record, round done");
  at("qr-save").replaceChildren(round.correcting ? say("记下更正", "Record the correction") : onward, icon("arrow-right"));
};

const drawProgress = () => {
  const due = round.visits.filter((visit) => !idle(visit));
  const done = due.filter((visit) => status(visit) !== "todo").length;
  at("qr-progress").hidden = !due.length;
  at("qr-meter").querySelector("rect").setAttribute("width", `${due.length ? (100 * done) / due.length : 0}%`);
  at("qr-meter").setAttribute("aria-label", say(`本轮 ${done} / ${due.length}`, `${done} of ${due.length} in this round`));
  at("qr-count").textContent = `${done} / ${due.length}`;
};

const drawState = () => {
  const waiting = lately.unsent.length;
  const refused = lately.unsent.filter((one) => one.problem).length;
  const state = refused ? "refused" : outbox.state;
  const count = say(`${waiting} 条未上传`, `${waiting} not sent`);
  const words = {
    offline: waiting ? say(`离线 · ${count}`, `Offline · ${count}`) : say("离线 · 记录会存在本机", "Offline · records stay on the phone"),
    signed_out: say(`登录已过期 · ${count}`, `Signed out · ${count}`),
    refused: say(`${refused} 条没有被接受`, `${refused} not accepted`),
    sent: waiting ? say(`正在上传 · ${count}`, `Sending · ${count}`) : say("全部已上传", "Everything is sent"),
    waiting: waiting ? say(`正在上传 · ${count}`, `Sending · ${count}`) : say("全部已上传", "Everything is sent"),
  }[state];
  const bar = at("qr-state");
  bar.className = `bh-off ${state === "refused" ? "bh-overdue" : waiting || state === "offline" || round.away ? "bh-due" : "bh-done"}`;
  bar.dataset.state = round.away && state === "sent" ? "offline" : state;
  at("qr-words").textContent = round.away && state === "sent" && !waiting ? say("离线 · 记录会存在本机", "Offline · records stay on the phone") : words;
  at("qr-queue-open").textContent = waiting ? say("已存本机，查看", "Kept here, show") : say("查看", "Show");
};

const drawAll = () => {
  at("qr-all").replaceChildren(
    ...round.visits.map((visit, position) => {
      const state = status(visit);
      const button = made("button", "", { type: "button", class: idle(visit) ? "" : state });
      const words = idle(visit) ? ["不用测", "none due"] : WORDS[state];
      button.append(made("b", visit.room), made("span", visit.who), made("small", say(...words)));
      button.disabled = state !== "todo";
      button.addEventListener("click", () => {
        go(position);
        at("qr-list").close();
      });
      const item = made("li");
      item.append(button);
      return item;
    }),
  );
};

const clock = (moment) => new Date(moment).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
const drawQueue = () => {
  const line = (one, extra) => {
    const item = made("li");
    const words = [one.shown.room, one.shown.who, one.shown.value, clock(one.at), one.shown.correct ? say("更正", "correction") : ""];
    item.append(made("span", words.filter(Boolean).join(" · ")), ...extra);
    return item;
  };
  const none = (words) => made("li", words, { class: "none" });
  const unsent = lately.unsent.map((one) => {
    if (!one.problem) return line(one, []);
    const drop = made("button", say("撤下这一条", "Take it back"), { type: "button", class: "btn btn-sm btn-quiet" });
    drop.addEventListener("click", () => outbox.drop(one.key));
    const correct = made("button", say("改为更正", "Send as correction"), { type: "button", class: "btn btn-sm btn-quiet" });
    correct.addEventListener("click", () => outbox.asCorrection(one));
    return line(one, [made("p", said(one.problem), { class: "bh-t-overdue" }), correct, drop]);
  });
  const recent = lately.recent.map((one) => {
    const button = made("button", say("更正", "Correct"), { type: "button", class: "btn btn-sm btn-quiet" });
    button.addEventListener("click", () => correct(one));
    return line(one, round.visits.some((visit) => visit.stay === one.stay) ? [button] : []);
  });
  at("qr-unsent").replaceChildren(...(unsent.length ? unsent : [none(say("没有", "None"))]));
  at("qr-recent").replaceChildren(...(recent.length ? recent : [none(say("没有", "None"))]));
};

const draw = () => {
  if (round.data) at("qr-slot").textContent = said(round.data.slot);
  drawStrip();
  drawRoom();
  drawProgress();
  drawState();
  drawAll();
  drawQueue();
};
const refresh = async () => {
  [lately.unsent, lately.recent] = await Promise.all([outbox.unsent(), outbox.recent()]);
  draw();
};

// ── moving and recording ─────────────────────────────────────────────────
const clear = () => {
  Object.assign(typed, { whole: null, tenth: null, well: null });
  typed.symptoms.clear();
  tellBelow("", "");
};
const go = (position) => {
  round.here = position;
  round.correcting = null;
  clear();
  draw();
};
const onward = () => {
  const there = next(round.here);
  go(there >= 0 ? there : round.here);
};
const correct = (one) => {
  const position = round.visits.findIndex((visit) => visit.stay === one.stay);
  go(position);
  round.correcting = one;
  at("qr-queue").close();
  draw();
};

const record = async (found) => {
  const visit = round.visits[round.here];
  const items = round.correcting ? round.correcting.items : visit.items.map((item) => item.code);
  const body = { stay: visit.stay, items, seen_at: new Date().toISOString(), ...found };
  if (round.correcting) body.correct = true;
  const value = found.no_answer ? say("无应答", "no answer") : [found.temperature && `${found.temperature} ℃`, found.symptoms.length ? say("有症状", "symptoms") : say("无症状", "no symptoms")].filter(Boolean).join(" ");
  try {
    await outbox.add({ room: visit.room, who: visit.who, value, correct: Boolean(round.correcting), silent: found.no_answer }, body);
  } catch {
    tellBelow(say("本机存不下，没有记下。请清出空间后再记", "The phone could not keep it; nothing was recorded"), "missing");
    return;
  }
  await refresh();
  onward();
};
at("qr-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const warm = !at("qr-pad").hidden;
  const missing = [];
  if (warm && heat() === null) missing.push(say("体温", "the temperature"));
  if (typed.well === null) missing.push(say("有无症状", "symptoms or none"));
  else if (!typed.well && !typed.symptoms.size) missing.push(say("哪些症状", "which symptoms"));
  if (missing.length) {
    tellBelow(say(`还差：${missing.join("、")}`, `Still missing: ${missing.join(", ")}`), "missing");
    return;
  }
  record({ temperature: warm ? heat() : null, symptoms: [...typed.symptoms], no_answer: false });
});
at("qr-silent").addEventListener("click", () => record({ temperature: null, symptoms: [], no_answer: true }));
at("qr-pad").addEventListener("click", (event) => {
  const key = event.target.closest("button");
  if (!key) return;
  if (key.dataset.whole) typed.whole = key.dataset.whole === "40" && typed.whole === 40 ? 41 : Number(key.dataset.whole);
  if (key.dataset.tenth) typed.tenth = Number(key.dataset.tenth);
  tellBelow("", "");
  drawTyped();
});
at("qr-well").addEventListener("click", () => {
  typed.well = true;
  typed.symptoms.clear();
  tellBelow("", "");
  drawTyped();
});
at("qr-ill").addEventListener("click", () => {
  typed.well = false;
  tellBelow("", "");
  drawTyped();
});
at("qr-symptoms").addEventListener("click", (event) => {
  const code = event.target.closest("button")?.dataset.code;
  if (!code) return;
  if (!typed.symptoms.delete(code)) typed.symptoms.add(code);
  drawTyped();
});
at("qr-list-open").addEventListener("click", () => at("qr-list").showModal());
at("qr-queue-open").addEventListener("click", () => {
  if (outbox.state === "signed_out") location.assign(`${root.dataset.login}?next=${encodeURIComponent(location.pathname)}`);
  else at("qr-queue").showModal();
});
at("qr-again").addEventListener("click", () => load());

// ── reading the round ────────────────────────────────────────────────────
const take = (data) => {
  const before = round.visits[round.here]?.stay;
  round.data = data;
  round.visits = data.visits;
  at("qr-symptoms").replaceChildren(...data.symptoms.map((one) => made("button", said(one), { type: "button", "data-code": one.code })));
  const same = round.visits.findIndex((visit) => visit.stay === before);
  round.here = same >= 0 ? same : 0;
};
const load = async () => {
  try {
    const answer = await fetch(root.dataset.data, { credentials: "same-origin", redirect: "error" });
    if (answer.status === 401) outbox.state = "signed_out";
    if (answer.ok) {
      const data = { ...(await answer.json()), loaded: new Date().toISOString() };
      take(data);
      await outbox.keepRound(data);
    }
    round.away = false;
  } catch {
    round.away = true;
    const kept = await outbox.keptRound();
    if (kept && !round.data) take(kept);
  }
  await refresh();
  const visit = round.visits[round.here];
  if (visit && status(visit) !== "todo" && !round.correcting) onward();
};

if ("serviceWorker" in navigator) {
  const registered = navigator.serviceWorker.register(root.dataset.worker, { scope: "/sites/" });
  registered
    .then(() => navigator.serviceWorker.ready)
    .then((ready) => ready.active?.postMessage({ keep: [location.pathname, ...root.dataset.shell.split(" ")] }))
    .catch(() => {}); // without it the page still records; it only cannot be opened without a network
}
addEventListener("online", load);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && !typed.whole && typed.well === null) load();
});
await load();
outbox.send();
