// Platform storage (lti.md §3): keeps the secret of a login in the LMS's own page where the browser
// keeps no cookie of ours. Messages with a secret go to one origin only, and answers count only from
// that origin, that frame, and for that message.
(() => {
  "use strict";
  const box = document.querySelector("[data-lti]");
  if (!box) return;
  const { lti, target, origin, key, value, next, fallback, origins } = box.dataset;
  const WAIT = 2000;

  const frame = () => {
    const parent = window.parent !== window ? window.parent : window.opener;
    if (!parent) return null;
    if (target === "_parent") return parent;
    try { return parent.frames[target] || null; } catch { return null; }
  };

  const ask = (subject, extra) => new Promise((resolve, reject) => {
    const to = frame();
    if (!to || !origin) { reject(new Error("no storage frame")); return; }
    const id = crypto.randomUUID();
    const timer = setTimeout(() => { stop(); reject(new Error("no answer")); }, WAIT);
    const listen = (event) => {
      const data = event.data;
      if (event.origin !== origin || event.source !== to) return;
      if (typeof data !== "object" || data === null || data.message_id !== id) return;
      if (data.subject !== subject + ".response") return;
      stop();
      if (data.error) reject(new Error(String(data.error.code || "error"))); else resolve(data);
    };
    const stop = () => { clearTimeout(timer); window.removeEventListener("message", listen); };
    window.addEventListener("message", listen);
    to.postMessage({ subject, message_id: id, ...extra }, origin);
  });

  const confirm = (by, found) => {
    const form = box.querySelector("form");
    form.elements.by.value = by;
    form.elements.value.value = found;
    form.submit();
  };

  if (lti === "close") {
    // The LMS that framed us knows its own name best; where the browser does not tell, it is one of those
    // that it registered with.
    const known = new Set([...(window.location.ancestorOrigins || []), ...origins.split(" ")]);
    box.querySelector("button").addEventListener("click", () => {
      const opener = window.opener || window.parent;
      for (const origin of known) opener.postMessage({ subject: "org.imsglobal.lti.close" }, origin);
      if (window.opener) window.close();
    });
    return;
  }
  if (lti === "put") {
    ask("lti.put_data", { key, value }).then(
      (answer) => window.location.replace(answer.value === value ? next : fallback),
      () => window.location.replace(fallback),
    );
  } else {
    ask("lti.get_data", { key }).then(
      (answer) => {
        const found = typeof answer.value === "string" ? answer.value : "";
        // Used once: what is no longer needed does not stay in the LMS's page.
        ask("lti.put_data", { key, value: null }).catch(() => {}).finally(() => confirm("storage", found));
      },
      () => confirm("silence", ""),
    );
  }
})();
