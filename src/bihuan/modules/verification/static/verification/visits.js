// Visits on a phone: one person, one thumb. Everything recorded goes to the outbox first, then to the server.

const root = document.getElementById("vv");
const { Outbox } = await import(root.dataset.outbox);
const { Carried } = await import(root.dataset.carried);
const english = root.dataset.lang === "en";
const say = (zh, en) => (english ? en : zh);
const said = (words) => (words ? (english ? words.en : words.zh) : "");
const at = (id) => document.getElementById(id);

const state = { data: null, here: null, result: "", propose: "none", away: false };
const lately = { unsent: [], recent: [], carried: new Map() };
const own = root.dataset.who;
const carried = new Carried(`bihuan-carried-${own}`);
const outbox = new Outbox({
  name: "bihuan-visits",
  site: own,
  address: root.dataset.records,
  changed: () => refresh(),
  stays: ({ item, back }) => ({ item, back: Boolean(back) }),
});

// ── who is to be visited ─────────────────────────────────────────────────
const recorded = (visit) =>
  lately.unsent.some((one) => one.body.item === visit.item && !one.problem) ||
  lately.recent.some((one) => one.item === visit.item && one.at >= state.data.loaded);
const waits = (visit) => visit.again && visit.again > new Date().toISOString();
const open = () => (state.data?.visits ?? []).filter((visit) => !recorded(visit));
const next = () => open().find((visit) => !waits(visit)) ?? null;
const here = () => open().find((visit) => visit.item === state.here) ?? null;

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
const clock = (moment) => new Date(moment).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
const day = (moment) => new Date(moment).toLocaleDateString(english ? "en-GB" : "zh-CN", { month: "short", day: "numeric", timeZone: "Asia/Shanghai" });
const due = (moment) => {
  const late = moment < new Date().toISOString();
  const words = late ? say("已超时", "late") : say(`${day(moment)} ${clock(moment)} 前`, `by ${day(moment)} ${clock(moment)}`);
  const chip = made("span", "", { class: `bh-chip bh-${late ? "overdue" : "due"}` });
  chip.append(icon(late ? "alert-octagon" : "hourglass-high"), words);
  return chip;
};

const drawPerson = async () => {
  const visit = here();
  for (const id of ["vv-person", "vv-form"]) at(id).hidden = !visit;
  at("vv-none").hidden = Boolean(visit);
  if (!visit) return drawNone();
  const known = await carried.read(visit.item).catch(() => null);
  if (visit.item !== state.here) return undefined; // meanwhile another one
  at("vv-number").textContent = visit.number;
  at("vv-who").textContent = known?.name ?? visit.who;
  at("vv-due").replaceChildren(due(visit.due));
  at("vv-where").textContent = known?.address ?? `${visit.township || say("住址不详", "address unknown")}${known ? "" : say("（详细地址请先“带上”）", " (take along for the full address)")}`;
  at("vv-tel").hidden = !known?.phone;
  if (known?.phone) at("vv-tel").replaceChildren(made("a", known.phone, { href: `tel:${known.phone}`, class: "bh-num" }));
  const info = [["info-circle", `${visit.reason}${say("：", ": ")}${said(visit.asks)}`]];
  if (visit.calls) info.push(["phone-off", say(`电话打过 ${visit.calls} 次`, `rung ${visit.calls} times`)]);
  if (visit.visits) info.push(["history", say(`上过门 ${visit.visits} 次`, `visited ${visit.visits} times`)]);
  const line = ([name, words]) => {
    const item = made("li");
    item.append(icon(name), made("span", words));
    return item;
  };
  at("vv-info").replaceChildren(...info.map(line));
  at("vv-says").textContent = said(visit.says);
  return drawTyped();
};
const drawNone = () => {
  const later = open().length;
  at("vv-none-words").textContent = !state.data
    ? say("还没有读到名单，连上网络后再看一次。", "The list has not been read yet; look again with a network.")
    : later
      ? say(`${later} 人到时间再去，点右上角看名单。`, `${later} are to be visited later; see the list.`)
      : say("组长派出后，名单会自动出现。", "The list fills when the lead gives people out.");
};
const NEEDS = { otherwise: "remark", moved: "to" };
const CONCLUDES = new Set(["confirm", "otherwise"]);
const drawTyped = () => {
  for (const key of at("vv-keys").children) key.setAttribute("aria-pressed", String(key.dataset.code === state.result));
  at("vv-more").hidden = !state.result;
  at("vv-to-label").hidden = state.result !== "moved";
  at("vv-remark-label").textContent = state.result === "otherwise" ? say("实情（必填）", "How it is (required)") : say("补一句（可不填，加密保存）", "A remark (optional, sealed)");
  at("vv-propose").hidden = !CONCLUDES.has(state.result);
  for (const key of at("vv-propose").children) key.setAttribute("aria-pressed", String(key.dataset.propose === state.propose));
  const visit = here();
  for (const key of at("vv-keys").children) if (key.dataset.code === "give_up") key.hidden = !visit || (visit.visits < 1 && visit.calls < 3);
  const after = open().find((one) => one.item !== state.here && !waits(one));
  at("vv-save").replaceChildren(after ? say(`记下，去下一户 ${after.who}`, `Record, then ${after.who}`) : say("记下", "Record"), icon("arrow-right"));
};
const drawState = () => {
  const waiting = lately.unsent.length;
  const refused = lately.unsent.filter((one) => one.problem).length;
  const now = refused ? "refused" : outbox.state;
  const count = say(`${waiting} 条未上传`, `${waiting} not sent`);
  const offline = say("离线 · 记录会存在本机", "Offline · records stay on the phone");
  const words = {
    offline: waiting ? say(`离线 · ${count}`, `Offline · ${count}`) : offline,
    signed_out: say(`登录已过期 · ${count}`, `Signed out · ${count}`),
    refused: say(`${refused} 条没有被接受，请查看`, `${refused} not accepted: have a look`),
  }[now] ?? (waiting ? say(`正在上传 · ${count}`, `Sending · ${count}`) : state.away ? offline : say("全部已上传", "Everything is sent"));
  const bar = at("vv-state");
  bar.className = `bh-off ${now === "refused" ? "bh-overdue" : waiting || now === "offline" || state.away ? "bh-due" : "bh-done"}`;
  bar.dataset.state = state.away && now === "sent" ? "offline" : now;
  at("vv-words").textContent = words;
  at("vv-left").textContent = say(`还有 ${open().length} 户`, `${open().length} left`);
};
const drawCarry = () => {
  const missing = open().filter((visit) => !lately.carried.has(visit.item));
  at("vv-carry").hidden = !carried.possible || !missing.length;
  at("vv-take-words").textContent = say(
    `带上 ${missing.length} 人的姓名住址（记入台账，下班或 12 小时后自动删除）`,
    `Take names and addresses of ${missing.length} along (recorded; deleted after the shift)`,
  );
};
const drawAll = () => {
  at("vv-all").replaceChildren(
    ...(state.data?.visits ?? []).map((visit) => {
      const done = recorded(visit);
      const button = made("button", "", { type: "button", class: done ? "ok" : "" });
      const note = done ? say("已记下", "recorded") : waits(visit) ? say(`${clock(visit.again)} 后再去`, `after ${clock(visit.again)}`) : visit.township;
      button.append(made("b", visit.who), made("span", visit.reason), made("small", note));
      button.disabled = done;
      button.addEventListener("click", () => {
        go(visit.item);
        at("vv-list").close();
      });
      const item = made("li");
      item.append(button);
      return item;
    }),
  );
};
const drawQueue = () => {
  const line = (one, extra) => {
    const item = made("li");
    item.append(made("span", [one.shown.who, one.shown.value, clock(one.at)].filter(Boolean).join(" · ")), ...extra);
    return item;
  };
  const none = () => made("li", say("没有", "None"), { class: "none" });
  const unsent = lately.unsent.map((one) => {
    if (!one.problem) return line(one, []);
    const drop = made("button", say("知道了，撤下这一条", "Understood, take it off"), { type: "button", class: "btn btn-sm btn-quiet" });
    drop.addEventListener("click", () => outbox.drop(one.key));
    return line(one, [made("p", said(one.problem), { class: "bh-t-overdue" }), drop]);
  });
  const fresh = new Date(Date.now() - 29 * 60_000).toISOString();
  const recent = lately.recent.map((one) => {
    const back = made("button", say("撤回", "Take back"), { type: "button", class: "btn btn-sm btn-quiet" });
    back.addEventListener("click", () => takeBack(one));
    const again = lately.recent.some((other) => other.back && other.item === one.item && other.at > one.at);
    return line(one, one.back || again || one.at < fresh ? [] : [back]);
  });
  at("vv-unsent").replaceChildren(...(unsent.length ? unsent : [none()]));
  at("vv-recent").replaceChildren(...(recent.length ? recent : [none()]));
};
const draw = async () => {
  drawState();
  drawCarry();
  drawAll();
  drawQueue();
  await drawPerson();
};
const refresh = async () => {
  [lately.unsent, lately.recent, lately.carried] = await Promise.all([outbox.unsent(), outbox.recent(), carried.has()]);
  if (!here()) state.here = next()?.item ?? null;
  await draw();
};

// ── recording ────────────────────────────────────────────────────────────
const tell = (words) => {
  at("vv-say").textContent = words;
};
const go = (item) => {
  Object.assign(state, { here: item, result: "", propose: "none" });
  at("vv-remark").value = "";
  at("vv-to").value = "";
  tell("");
  draw();
};
at("vv-keys").addEventListener("click", (event) => {
  const code = event.target.closest("button")?.dataset.code;
  if (!code) return;
  state.result = code;
  if (!CONCLUDES.has(code)) state.propose = "none";
  tell("");
  drawTyped();
  if (NEEDS[code]) at(`vv-${NEEDS[code]}`).focus();
});
at("vv-propose").addEventListener("click", (event) => {
  const code = event.target.closest("button")?.dataset.propose;
  if (!code) return;
  state.propose = state.propose === code ? "none" : code;
  drawTyped();
});
at("vv-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const visit = here();
  if (!visit) return;
  const body = { item: visit.item, result: state.result, seen_at: new Date().toISOString(), remark: at("vv-remark").value.trim(), to: at("vv-to").value.trim(), propose: state.propose };
  if (!state.result) return tell(say("还差：结果", "Still missing: the result"));
  if (NEEDS[state.result] && !body[NEEDS[state.result]]) {
    at(`vv-${NEEDS[state.result]}`).focus();
    return tell(state.result === "moved" ? say("还差：现在所在的县", "Still missing: the county") : say("还差：一句实情", "Still missing: how it is"));
  }
  const value = at("vv-keys").querySelector(`[data-code="${state.result}"]`).textContent;
  try {
    await outbox.add({ who: visit.who, value }, body);
  } catch {
    return tell(say("本机存不下，没有记下。请清出空间后再记", "The phone could not keep it; nothing was recorded"));
  }
  await carried.drop(visit.item).catch(() => {});
  go(next()?.item ?? null);
  await refresh();
  at("vv-who").focus({ preventScroll: true });
});
const takeBack = async (one) => {
  await outbox.add({ who: one.shown.who, value: say("撤回", "taken back") }, { item: one.item, back: true, seen_at: new Date().toISOString() });
  at("vv-queue").close();
  setTimeout(load, 800);
};
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
at("vv-take").addEventListener("click", async () => {
  const items = open().map((visit) => visit.item).filter((item) => !lately.carried.has(item));
  try {
    const answer = await fetch(root.dataset.carry, {
      method: "POST",
      credentials: "same-origin",
      redirect: "error",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
      body: JSON.stringify({ items }),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const { people } = await answer.json();
    await carried.keep(people, state.data.carry_until);
    tell("");
  } catch {
    tell(say("没有带上：需要网络和有效登录，名单没有变", "Not taken along: that needs a network and a sign-in; nothing changed"));
  }
  await refresh();
});
at("vv-list-open").addEventListener("click", () => at("vv-list").showModal());
at("vv-queue-open").addEventListener("click", () => {
  if (outbox.state === "signed_out") location.assign(`${root.dataset.login}?next=${encodeURIComponent(location.pathname)}`);
  else at("vv-queue").showModal();
});
at("vv-again").addEventListener("click", () => load());

// ── reading the list ─────────────────────────────────────────────────────
const take = (data) => {
  state.data = data;
  at("vv-keys").replaceChildren(...data.results.map((one) => made("button", said(one), { type: "button", "data-code": one.code, "aria-pressed": "false" })));
};
const load = async () => {
  try {
    const answer = await fetch(root.dataset.data, { credentials: "same-origin", redirect: "error" });
    if (answer.status === 401) outbox.state = "signed_out";
    if (answer.status === 401 || answer.status === 403) await carried.forget();
    if (answer.ok) {
      const data = { ...(await answer.json()), loaded: new Date().toISOString() };
      take(data);
      await outbox.keepRound(data);
      await carried.sweep(new Set(data.visits.map((visit) => visit.item)));
    }
    state.away = false;
  } catch {
    state.away = true;
    const kept = await outbox.keptRound();
    if (kept && !state.data) take(kept);
    await carried.sweep(null).catch(() => {});
  }
  await refresh();
};

if ("serviceWorker" in navigator) {
  navigator.serviceWorker
    .register(root.dataset.worker, { scope: "/verification/visits/" })
    .then(() => navigator.serviceWorker.ready)
    .then((ready) => ready.active?.postMessage({ keep: [location.pathname, ...root.dataset.shell.split(" ")] }))
    .catch(() => {}); // without it the page still records; it only cannot be opened without a network
}
addEventListener("online", load);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && !state.result) load();
});
setInterval(() => carried.sweep(null).then(refresh, () => {}), 60_000);
await load();
outbox.send();
