// The page's behaviour: the session token in memory, saving as people write, times in the reader's
// zone, and errors that never throw away what somebody typed.
(() => {
  "use strict";
  const body = document.body;

  // --- a session without cookies: the token lives in this variable and nowhere else ---------------
  const bearer = body.dataset.bearer || "";
  delete body.dataset.bearer;
  const home = body.dataset.home || "/open";
  const headers = (extra) => (bearer ? { Authorization: "Bearer " + bearer, ...extra } : extra);
  document.addEventListener("htmx:configRequest", (event) => {
    Object.assign(event.detail.headers, headers({}));
  });

  // --- messages -----------------------------------------------------------------------------------
  const say = (text) => {
    const banner = document.getElementById("banner");
    if (!banner) return;
    banner.textContent = text;
    banner.hidden = !text;
    if (text) banner.scrollIntoView({ block: "nearest" });
  };
  const wordsOf = (html, parts = ["title", "text"]) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const part = (name) => page.querySelector(`[data-error-${name}]`)?.textContent.trim() || "";
    return parts.map(part).filter(Boolean).join(" — ");
  };

  // Which request an answer belongs to: they may come in another order than they were asked for.
  const turns = new WeakMap();
  let asked = 0, shown = 0;
  document.addEventListener("htmx:beforeRequest", (event) => turns.set(event.detail.xhr, ++asked));

  // A refused form stays on the screen with everything in it; a refused link shows its error page. Whoever has gone on
  // meanwhile is not brought back by a late answer.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    const turn = turns.get(xhr) ?? asked, isLate = turn < shown;
    const isForm = requestConfig.verb !== "get";
    if (isForm && xhr.status >= 400 && (isLate || xhr.status !== 422)) {
      event.detail.shouldSwap = false;
      say(xhr.status === 401 ? body.dataset.lost : wordsOf(xhr.responseText) || body.dataset.offline);
    } else if (isLate) {
      event.detail.shouldSwap = false;
    } else {
      if (xhr.status >= 400) event.detail.isError = false;
      event.detail.shouldSwap ||= xhr.status >= 400;
      if (event.detail.shouldSwap) shown = turn;
    }
  });
  document.addEventListener("htmx:sendError", () => say(body.dataset.offline));

  // A file is saved, not shown in place of the page; where no cookie goes with a link, the token has to.
  const save = async (link) => {
    try {
      const answer = await fetch(link.href, { headers: headers({}) });
      if (!answer.ok) return say(answer.status === 401 ? body.dataset.lost : wordsOf(await answer.text()));
      const disposition = answer.headers.get("Content-Disposition") || "";
      const named = /filename\*=UTF-8''([^;]+)/.exec(disposition) || /filename="([^"]+)"/.exec(disposition);
      const file = document.createElement("a");
      file.href = URL.createObjectURL(await answer.blob());
      file.download = named ? decodeURIComponent(named[1]) : "";
      file.click();
      // The browser has begun to read it by then.
      setTimeout(() => URL.revokeObjectURL(file.href), 60000);
    } catch {
      say(body.dataset.offline);
    }
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[download][href]");
    if (!link || link.protocol === "blob:") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    save(link);
  }, true);

  // A second click while the first one is under way sends nothing.
  const buttons = (event, off) => {
    const form = event.detail.elt?.closest?.("form");
    form?.querySelectorAll("button[type=submit]:not([hidden])").forEach((button) => { button.disabled = off; });
  };
  document.addEventListener("htmx:beforeRequest", (event) => buttons(event, true));
  document.addEventListener("htmx:afterRequest", (event) => buttons(event, false));

  // --- times in the reader's own zone --------------------------------------------------------------
  const localTimes = (root) => {
    const format = new Intl.DateTimeFormat(document.documentElement.lang, {
      weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
    });
    for (const time of root.querySelectorAll("time[datetime]:not([data-local])")) {
      const at = new Date(time.getAttribute("datetime"));
      if (Number.isNaN(at.getTime())) continue;
      time.textContent = format.format(at);
      time.title = at.toISOString();
      time.dataset.local = "";
    }
  };
  // A date field shows local time; the hidden field beside it carries UTC.
  const localDates = (root) => {
    for (const input of root.querySelectorAll("input[type=datetime-local][data-utc]")) {
      const hidden = input.form.elements[input.dataset.utc];
      if (!hidden || input.dataset.ready) continue;
      input.dataset.ready = "1";
      const pad = (n) => String(n).padStart(2, "0");
      if (hidden.value) {
        const at = new Date(hidden.value);
        input.value = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
      }
      const copy = () => {
        const at = input.value ? new Date(input.value) : null;
        hidden.value = at && !Number.isNaN(at.getTime()) ? at.toISOString() : "";
      };
      input.addEventListener("input", copy);
      input.addEventListener("change", copy);
      const zone = input.closest("label")?.querySelector("[data-zone]");
      if (zone) zone.textContent = Intl.DateTimeFormat().resolvedOptions().timeZone;
    }
  };

  // A number of days counts a date from another one, by the calendar: a change of the clocks moves no hour.
  const countedDates = (root) => {
    for (const days of root.querySelectorAll("input[data-counts]")) {
      const date = document.getElementById(days.dataset.counts), from = document.getElementById(days.dataset.from);
      if (!date || !from || days.dataset.ready) continue;
      days.dataset.ready = "1";
      const count = () => {
        const number = Number.parseInt(days.value, 10);
        date.readOnly = days.value !== "";
        if (!from.value || Number.isNaN(number) || number < 0 || number > 365) return;
        const at = new Date(`${from.value.slice(0, 10)}T00:00Z`);
        at.setUTCDate(at.getUTCDate() + number);
        date.value = at.toISOString().slice(0, 10) + from.value.slice(10);
        date.dispatchEvent(new Event("input", { bubbles: true }));
      };
      for (const input of [days, from]) input.addEventListener("input", count);
      date.readOnly = days.value !== "";
    }
  };

  // --- saving while people write ---------------------------------------------------------------------
  // A form with data-autosave is posted there a moment after the last change, one save at a time.
  // The server counts revisions: a save that comes late never covers a newer one.
  const autosave = (form) => {
    if (form.dataset.ready) return;
    form.dataset.ready = "1";
    const status = form.querySelector("[data-autosave-status]");
    const show = (text, state) => { if (status) { status.textContent = text; status.dataset.state = state; } };
    let timer = 0, running = false, dirty = false, failures = 0;

    const save = async () => {
      if (running || !form.isConnected) return;
      running = true; dirty = false;
      show(body.dataset.saving, "saving");
      let ok = false, message = body.dataset.offline;
      try {
        const data = new URLSearchParams(new FormData(form));
        const answer = await fetch(form.dataset.autosave, {
          method: "POST", body: data, headers: headers({ "Content-Type": "application/x-www-form-urlencoded" }),
          credentials: "same-origin",
        });
        if (answer.ok) {
          const saved = await answer.json();
          if (saved.revision !== undefined && form.elements.revision) form.elements.revision.value = saved.revision;
          ok = true; failures = 0;
        } else if (answer.status === 401) {
          message = body.dataset.lost;
        } else {
          message = wordsOf(await answer.text()) || message;
          if (answer.status < 500) failures = 99;
        }
      } catch { /* offline: said below, and tried again */ }
      running = false;
      if (ok) { show(body.dataset.saved, "saved"); if (!dirty) window.onbeforeunload = null; }
      else { show(message, "failed"); failures += 1; }
      if (dirty) schedule(600);
      else if (!ok && failures < 50) schedule(Math.min(30000, 2000 * failures));
    };
    const schedule = (wait) => { clearTimeout(timer); timer = setTimeout(save, wait); };
    const changed = () => {
      dirty = true;
      if (failures >= 50) failures = 0;
      show(body.dataset.unsaved, "unsaved");
      window.onbeforeunload = () => true;
      schedule(800);
    };
    form.addEventListener("input", changed);
    form.addEventListener("change", changed);
    form.addEventListener("trix-change", changed);
    form.addEventListener("submit", () => { clearTimeout(timer); window.onbeforeunload = null; });
  };

  // --- files of a work ---------------------------------------------------------------------------------
  // Sent one after the other, each as the body of its own request; the answer is the new list.
  const files = (area) => {
    if (area.dataset.ready) return;
    area.dataset.ready = "1";
    const form = area.closest("form"), list = area.querySelector("[data-file-list]");
    const status = area.querySelector("[data-file-status]"), input = area.querySelector("input[type=file]");
    const handIn = form.querySelector("button[type=submit]");
    const waiting = [];
    let sending = false, problems = [];
    const show = (text) => {
      status.textContent = [...problems, text].filter(Boolean).join("\n");
      status.dataset.state = problems.length ? "failed" : "";
    };
    const renew = (html) => { list.innerHTML = html; setUp(list); };
    const send = (file) => new Promise((done) => {
      const fail = (words) => {
        problems.push(`${file.name} ${area.dataset.failed} ${words || body.dataset.offline}`);
        done();
      };
      if (file.size > Number(area.dataset.max)) return fail(area.dataset.tooLarge);
      const request = new XMLHttpRequest();
      request.open("POST", `${area.dataset.files}?name=${encodeURIComponent(file.name)}`);
      const all = headers({ "Content-Type": "application/octet-stream", "X-CSRF-Token": form.elements.csrf.value });
      for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value);
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) show(`${file.name} ${area.dataset.sending} ${Math.floor((100 * event.loaded) / event.total)} %`);
      };
      request.onload = () => {
        if (request.status === 200) { renew(request.responseText); return done(); }
        fail(request.status === 401 ? body.dataset.lost : wordsOf(request.responseText, ["text"]));
      };
      request.onerror = () => fail("");
      show(`${file.name} ${area.dataset.sending} 0 %`);
      request.send(file);
    });
    const add = async (chosen) => {
      waiting.push(...chosen);
      if (sending) return;
      sending = true; problems = [];
      if (handIn) handIn.disabled = true;
      while (waiting.length) await send(waiting.shift());
      sending = false;
      if (handIn) handIn.disabled = false;
      show("");
    };
    input.addEventListener("change", (event) => {
      event.stopPropagation();
      const chosen = [...input.files];
      input.value = "";
      add(chosen);
    });
    input.addEventListener("input", (event) => event.stopPropagation());
    // Dropped or pasted into the text.
    form.addEventListener("trix-file-accept", (event) => { event.preventDefault(); add([event.file]); });
    list.addEventListener("click", async (event) => {
      const button = event.target.closest("[data-remove-file]");
      if (!button || button.disabled) return;
      button.disabled = true;
      problems = [];
      try {
        const answer = await fetch(button.dataset.removeFile, {
          method: "POST", body: new URLSearchParams({ csrf: form.elements.csrf.value }), headers: headers({}),
        });
        if (answer.ok) { renew(await answer.text()); input.focus(); }
        else { button.disabled = false; problems.push(answer.status === 401 ? body.dataset.lost : wordsOf(await answer.text())); }
      } catch {
        button.disabled = false;
        problems.push(body.dataset.offline);
      }
      show("");
    });
  };

  // A file that is shown in the page, from memory: where no cookie goes with an address, the token has to.
  const showFile = async (details) => {
    if (!details.open || details.dataset.shown) return;
    details.dataset.shown = "1";
    try {
      const answer = await fetch(details.dataset.src, { headers: headers({}) });
      if (!answer.ok) { delete details.dataset.shown; return say(answer.status === 401 ? body.dataset.lost : wordsOf(await answer.text())); }
      const view = document.createElement(details.dataset.show === "image" ? "img" : "iframe");
      // The list of pages beside a page takes too much room here.
      view.src = URL.createObjectURL(await answer.blob()) + (details.dataset.show === "pdf" ? "#navpanes=0" : "");
      view[details.dataset.show === "image" ? "alt" : "title"] = details.dataset.name;
      details.append(view);
    } catch {
      delete details.dataset.shown;
      say(body.dataset.offline);
    }
  };

  document.addEventListener("trix-file-accept", (event) => event.preventDefault());
  document.addEventListener("trix-initialize", (event) => {
    const editor = event.target;
    if (editor.dataset.label) editor.setAttribute("aria-label", editor.dataset.label);
    editor.toolbarElement?.querySelectorAll(".trix-button-group--file-tools").forEach((group) => group.remove());
  });

  // --- set up each page, and each part that is swapped in ----------------------------------------------
  const setUp = (root) => {
    localTimes(root);
    localDates(root);
    countedDates(root);
    root.querySelectorAll("form[data-autosave]").forEach(autosave);
    root.querySelectorAll("[data-files]").forEach(files);
    root.querySelectorAll("details[data-show]").forEach((details) => {
      details.addEventListener("toggle", () => showFile(details));
    });
    root.querySelectorAll("button[data-copy]").forEach((button) => {
      button.addEventListener("click", () => {
        const words = button.textContent;
        navigator.clipboard.writeText(button.dataset.copy).then(() => {
          button.textContent = button.dataset.copied;
          setTimeout(() => { button.textContent = words; }, 2000);
        }, () => button.previousElementSibling?.select?.());
      });
    });
    // A file of text is read into a field, where one sees it before it is sent.
    root.querySelectorAll("[data-scripted]").forEach((part) => { part.hidden = false; });
    root.querySelectorAll("input[type=file][data-into]").forEach((input) => {
      input.addEventListener("change", async () => {
        const [file] = input.files;
        if (!file) return;
        document.getElementById(input.dataset.into).value = await file.text();
        input.value = "";
      });
    });
    // The answer to the LMS: once, also where a part of the page is set up again.
    root.querySelectorAll("form[data-auto-submit]").forEach((form) => {
      delete form.dataset.autoSubmit;
      form.submit();
    });
  };
  htmx.onLoad(setUp);
  setUp(document);
  document.addEventListener("htmx:afterSettle", () => document.getElementById("main")?.focus({ preventScroll: true }));

  if (bearer) htmx.ajax("GET", home, { target: "body", swap: "innerHTML" });
})();
