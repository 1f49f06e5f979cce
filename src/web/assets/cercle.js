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
  const wordsOf = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const part = (name) => page.querySelector(`[data-error-${name}]`)?.textContent.trim() || "";
    return [part("title"), part("text")].filter(Boolean).join(" — ");
  };

  // A refused form stays on the screen with everything in it; a refused link shows its error page.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    if (xhr.status < 400) return;
    const isForm = requestConfig.verb !== "get";
    if (isForm && xhr.status !== 422) {
      event.detail.shouldSwap = false;
      say(xhr.status === 401 ? body.dataset.lost : wordsOf(xhr.responseText) || body.dataset.offline);
    } else {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  document.addEventListener("htmx:sendError", () => say(body.dataset.offline));

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

  document.addEventListener("trix-file-accept", (event) => { event.preventDefault(); say(body.dataset.attach); });
  document.addEventListener("trix-initialize", (event) => {
    const editor = event.target;
    if (editor.dataset.label) editor.setAttribute("aria-label", editor.dataset.label);
    editor.toolbarElement?.querySelectorAll(".trix-button-group--file-tools").forEach((group) => group.remove());
  });

  // --- set up each page, and each part that is swapped in ----------------------------------------------
  const setUp = (root) => {
    localTimes(root);
    localDates(root);
    root.querySelectorAll("form[data-autosave]").forEach(autosave);
    root.querySelectorAll("button[data-copy]").forEach((button) => {
      button.addEventListener("click", () => {
        const words = button.textContent;
        navigator.clipboard.writeText(button.dataset.copy).then(() => {
          button.textContent = button.dataset.copied;
          setTimeout(() => { button.textContent = words; }, 2000);
        }, () => button.previousElementSibling?.select?.());
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
