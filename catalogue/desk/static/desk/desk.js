// What pages do beside htmx: keep what is being written in this tab until the desk has it, and narrow long lists.
"use strict";

// A sign-in may expire while somebody writes. What was written is kept in the tab, and stands there again afterwards.
for (const form of document.querySelectorAll("form[data-keep]")) {
  const key = "kept:" + location.pathname + location.search;
  const fields = () =>
    [...form.elements].filter((each) => each.name && !["hidden", "file", "password", "submit"].includes(each.type));
  const kept = JSON.parse(sessionStorage.getItem(key) || "null");
  if (kept) {
    for (const each of fields()) {
      if (!(each.name in kept)) continue;
      if (each.type === "checkbox") each.checked = kept[each.name].includes(each.value) && !each.disabled;
      else each.value = kept[each.name][0];
    }
  }
  const keep = () => {
    const now = {};
    for (const each of fields()) {
      now[each.name] = now[each.name] || [];
      if (each.type !== "checkbox" || each.checked) now[each.name].push(each.value);
    }
    sessionStorage.setItem(key, JSON.stringify(now));
  };
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("submit", () => sessionStorage.setItem("sent", key));
}
// The desk took a form over where another page, that is not the sign-in, follows its sending.
const sent = sessionStorage.getItem("sent");
if (sent) {
  sessionStorage.removeItem("sent");
  if (!document.querySelector("form[action*='login'], .mistake[role='alert']")) sessionStorage.removeItem(sent);
}

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
