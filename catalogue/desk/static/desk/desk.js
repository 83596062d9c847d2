// What pages do beside htmx: keep what is being written in this tab until the desk has it, and narrow long lists.
"use strict";

// A sign-in may expire while somebody writes. What was written is kept in the tab, and stands there again afterwards; with it
// how often the draft had been saved when the writing began, so that the desk sees what somebody else saved since.
const sent = sessionStorage.getItem("sent");
sessionStorage.removeItem("sent");
for (const form of document.querySelectorAll("form[data-keep]")) {
  const key = "kept:" + location.pathname + location.search;
  const isKept = (each) =>
    each.name && (each.name === "saves" || !["hidden", "file", "password", "submit"].includes(each.type));
  const fields = () => [...form.elements].filter(isKept);
  const keep = () => {
    const now = {};
    for (const each of fields()) {
      now[each.name] = now[each.name] || [];
      if (each.type !== "checkbox" || each.checked) now[each.name].push(each.value);
    }
    sessionStorage.setItem(key, JSON.stringify(now));
  };
  const kept = JSON.parse(sessionStorage.getItem(key) || "null");
  if (sent === key) {
    keep(); // the desk's answer to what was sent: it has the text, and knows better what was saved
  } else if (kept) {
    for (const each of fields()) {
      if (!(each.name in kept)) continue;
      if (each.type === "checkbox") each.checked = kept[each.name].includes(each.value) && !each.disabled;
      else each.value = kept[each.name][0];
    }
  }
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("submit", () => sessionStorage.setItem("sent", key));
}
// The desk took a form over where another page, that is not the sign-in, follows its sending.
if (sent && !document.querySelector("form[action*='login'], .mistake[role='alert'], .attention[role='alert']")) sessionStorage.removeItem(sent);

for (const input of document.querySelectorAll("input[data-filter]")) {
  const items = [...document.querySelectorAll(input.dataset.filter)];
  const none = document.getElementById(input.dataset.none);
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  input.addEventListener("input", () => {
    // The name alone: what stands beside it has words of its own, the same beside nearly every State.
    for (const item of items) item.hidden = !fold(item.querySelector("a").textContent).includes(fold(input.value.trim()));
    none.hidden = items.some((item) => !item.hidden);
  });
}

// A menu closes where the next thing is done elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.languages[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.languages[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
