// Behaviour of the pages: keyboard, selection, confirmation, menus, theme, toasts. No library.
(() => {
  "use strict";
  const $ = (query, from = document) => from.querySelector(query);
  const $$ = (query, from = document) => [...from.querySelectorAll(query)];
  const config = () => $("#page-config")?.dataset ?? {};
  const typing = (target) =>
    target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]");

  // ------------------------------------------------------------------ toasts
  const toast = (text, colour = "blue") => {
    const note = document.createElement("div");
    note.className = `note note-${colour}`;
    note.textContent = text;
    $("#toasts")?.append(note);
    setTimeout(() => note.remove(), 7000);
  };

  // ------------------------------------------------------------------ selection
  const picks = () => $$("[data-pick]");
  const selectedCount = () => {
    const frozen = $("[data-frozen]");
    return frozen ? Number(frozen.dataset.frozen) : picks().filter((box) => box.checked).length;
  };
  const selectedWord = (count) => {
    const one = new Intl.PluralRules(document.documentElement.lang).select(count) === "one";
    return one ? config().textSelectedOne : config().textSelectedOther;
  };
  const showSelection = () => {
    const count = selectedCount();
    for (const box of picks()) box.closest("tr").classList.toggle("picked", box.checked || !!$("[data-frozen]"));
    for (const button of $$("[data-needs-selection]")) button.disabled = count === 0;
    const said = $("[data-selected]");
    if (said) {
      said.hidden = count === 0;
      $("strong", said).textContent = count;
      $("[data-word]", said).textContent = selectedWord(count);
    }
    const every = $("[data-select-all]");
    if (every) every.hidden = count === 0;
    const all = $("[data-pick-all]");
    if (all) {
      const ticked = picks().filter((box) => box.checked).length;
      all.checked = ticked > 0 && ticked === picks().length;
      all.indeterminate = ticked > 0 && ticked < picks().length;
    }
  };
  const unfreeze = () => {
    for (const box of picks()) box.checked = false;
    const form = $("#filters");
    if (form) form.requestSubmit();
    else location.reload();
  };
  let lastPick = null;
  const pickRange = (box) => {
    const boxes = picks();
    const [from, to] = [boxes.indexOf(lastPick), boxes.indexOf(box)].sort((a, b) => a - b);
    if (from >= 0) for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
  };

  // ------------------------------------------------------------------ keyboard
  let cursorId = null;
  const rows = () => $$("tr[data-row]");
  const cursor = () => rows().find((row) => row.id === cursorId) ?? $("tr.cursor");
  const moveTo = (row) => {
    if (!row) return;
    $("tr.cursor")?.classList.remove("cursor");
    row.classList.add("cursor");
    cursorId = row.id;
    row.scrollIntoView({ block: "nearest" });
  };
  const move = (step) => {
    const all = rows();
    moveTo(all[Math.max(0, Math.min(all.length - 1, all.indexOf(cursor()) + step))]);
  };
  const KEYS = {
    "/": () => $("[data-search]")?.focus(),
    j: () => move(1),
    k: () => move(-1),
    x: () => $("[data-pick]", cursor() ?? document.createElement("tr"))?.click(),
    Enter: () => cursor()?.dataset.href && location.assign(cursor().dataset.href),
    v: () => {
      const main = $("[data-key=v]");
      if (main && !main.disabled) main.click();
      else if (main) toast(config().textNone, "amber");
    },
    "?": () => $("#shortcuts")?.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of $$("details.menu[open]")) menu.open = false;
      if (event.target.matches?.("[data-search]")) {
        event.preventDefault(); // the browser would clear the search behind the person's back
        event.target.blur();
      }
      return;
    }
    if (config().shortcuts !== "on" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target) || !KEYS[event.key]) return;
    if (event.key === "Enter" && event.target !== document.body && !event.target.closest(".table-wrap")) return;
    if (event.key === "Enter" && event.target.closest("a, button, input")) return;
    event.preventDefault();
    KEYS[event.key]();
  });

  // ------------------------------------------------------------------ confirmation
  const confirmed = new WeakSet();
  const ask = (button) => {
    const dialog = $("#confirm");
    const reason = $("#confirm-reason");
    const wanted = button.hasAttribute("data-reason");
    $("#confirm-title").textContent = button.dataset.confirm;
    $("#confirm-text").textContent = button.hasAttribute("data-needs-selection")
      ? `${selectedCount().toLocaleString(document.documentElement.lang)} ${selectedWord(selectedCount())}`
      : (button.dataset.confirmText ?? "");
    $("#confirm-yes").textContent = button.dataset.confirm;
    reason.hidden = !wanted;
    $("textarea", reason).value = "";
    $(".error", reason).hidden = true;
    dialog.returnValue = "";
    dialog.showModal();
    (wanted ? $("textarea", reason) : $("#confirm-yes")).focus();
    dialog.onclose = () => {
      if (dialog.returnValue !== "yes") return;
      const field = $("input[name=reason]", button.form);
      if (wanted && field) field.value = $("textarea", reason).value.trim();
      confirmed.add(button);
      button.click();
    };
  };
  document.addEventListener("click", (event) => {
    const yes = event.target.closest("#confirm-yes");
    const reason = $("#confirm-reason");
    if (yes && reason && !reason.hidden && !$("textarea", reason).value.trim()) {
      event.preventDefault();
      $(".error", reason).hidden = false;
      return;
    }
    const button = event.target.closest("[data-confirm]");
    if (!button || confirmed.delete(button)) return;
    event.preventDefault();
    ask(button);
  });

  document.addEventListener(
    "toggle", // does not bubble: caught on its way down
    (event) => {
      const panel = event.target.matches?.("details.menu[open]") && $(".menu-panel", event.target);
      if (panel && panel.getBoundingClientRect().right > document.documentElement.clientWidth) panel.classList.add("menu-right");
    },
    true,
  );

  // ------------------------------------------------------------------ clicks and changes
  document.addEventListener("click", (event) => {
    for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    const opener = event.target.closest("[data-open]");
    if (opener) $(opener.dataset.open)?.showModal();
    if (event.target.closest("[data-unfreeze]")) unfreeze();
    const up = event.target.closest("[data-column-up]");
    if (up) {
      const choice = up.closest(".column-choice");
      choice.previousElementSibling?.before(choice);
      showColumns(choice.closest("[data-columns]"));
    }
    if (event.target.matches("[data-pick]")) {
      if (event.shiftKey && lastPick) pickRange(event.target);
      lastPick = event.target;
      moveTo(event.target.closest("tr"));
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => toast(config().textCopied, "green"));
    const kept = event.target.closest("a[data-keep-filter]");
    if (kept) kept.search = filterOf(location.search);
    const theme = event.target.closest("[data-theme-toggle]");
    if (theme) toggleTheme(theme);
  });
  document.addEventListener("dblclick", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (row && !event.target.closest("a, input, button")) location.assign(row.dataset.href);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) for (const box of picks()) box.checked = event.target.checked;
    if (event.target.matches("[data-pick], [data-pick-all]")) {
      $("[data-frozen]")?.remove();
      showSelection();
    }
    if (event.target.matches("[data-column]")) showColumns(event.target.closest("[data-columns]"));
    const menu = event.target.closest("[data-filter-menu]");
    if (menu) {
      const count = $$("input:checked", menu).length;
      Object.assign($("[data-count]", menu), { textContent: count, hidden: count === 0 });
    }
    if (event.target.matches("select[data-submit]")) event.target.form.requestSubmit();
  });
  // The filter of this list, without the page, order and columns that are its own.
  const filterOf = (search) => {
    const query = new URLSearchParams(search);
    for (const name of ["page", "after", "before", "from", "sort", "cols", "view"]) query.delete(name);
    return query.toString();
  };
  // Who may be meant by the @name that is being typed: a press puts the name in.
  const NAMED = /(^|[^\w.@+-])@([\w.+-]*)$/;
  const offerPeople = async (box) => {
    const offered = $("[data-named]", box.parentElement);
    const begun = NAMED.exec(box.value.slice(0, box.selectionStart));
    offered.replaceChildren();
    if (!begun?.[2]) return;
    const answer = await fetch(`${box.dataset.people}?q=${encodeURIComponent(begun[2])}`);
    if (!answer.ok || NAMED.exec(box.value.slice(0, box.selectionStart))?.[2] !== begun[2]) return;
    for (const person of await answer.json()) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "btn btn-sm", textContent: `@${person.value} ${person.text}`.trim() });
      button.addEventListener("click", () => {
        const to = box.selectionStart;
        box.setRangeText(`${person.value} `, to - begun[2].length, to, "end");
        offered.replaceChildren();
        box.focus();
      });
      offered.append(button, " ");
    }
  };
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea[data-people]")) offerPeople(event.target);
  });
  const showColumns = (panel) => {
    const query = new URLSearchParams(location.search);
    query.delete("cols");
    query.delete("view");
    for (const box of $$("[data-column]", panel)) if (box.checked) query.append("cols", box.value);
    location.search = query.toString();
  };
  const toggleTheme = (button) => {
    const root = document.documentElement;
    const theme = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
    root.setAttribute("data-bs-theme", theme);
    root.dataset.themeChoice = theme;
    document.dispatchEvent(new CustomEvent("theme"));
    const body = new URLSearchParams({ theme });
    fetch(button.dataset.url, { method: "POST", body, headers: { "X-CSRFToken": config().csrf } });
  };

  // ------------------------------------------------------------------ sending: once, and visibly
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const method = event.submitter?.getAttribute("formmethod") ?? form.getAttribute("method") ?? "get";
    if (event.defaultPrevented || method.toLowerCase() !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
    event.submitter?.classList.add("busy");
    for (const wait of $$("[data-wait]", form)) wait.hidden = false;
  });
  window.addEventListener("pageshow", () => {
    for (const form of $$("form[data-sent]")) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
      for (const wait of $$("[data-wait]", form)) wait.hidden = true;
    }
    for (const button of $$(".busy")) button.classList.remove("busy");
  });

  // ------------------------------------------------------------------ a session that ends in mid-form
  const DRAFT = "draft";
  const KEPT = "input:not([type=hidden], [type=password], [type=file]), textarea, select";
  const drafted = () => $$("main form[method=post]:not([data-bulk])");
  const isEdited = (box) => {
    if (box.matches("select")) return [...box.options].some((option) => option.selected !== option.defaultSelected);
    return box.checked !== box.defaultChecked || (!box.matches("[type=checkbox], [type=radio]") && box.value !== box.defaultValue);
  };
  // What was typed waits in this tab until the next page; only who signs in again to the same page sees it again.
  window.addEventListener("pagehide", () => {
    const forms = drafted().map((form) =>
      $$(KEPT, form)
        .filter((box) => box.name && isEdited(box))
        .map((box) => ({ name: box.name, value: box.value, checked: box.checked, text: box.selectedOptions?.[0]?.text })),
    );
    if (!forms.flat().length) return;
    sessionStorage.setItem(DRAFT, JSON.stringify({ page: location.pathname, user: config().user, forms }));
  });
  const restore = () => {
    const draft = JSON.parse(sessionStorage.getItem(DRAFT) ?? "null");
    sessionStorage.removeItem(DRAFT);
    const went = performance.getEntriesByType("navigation")[0]?.type === "navigate"; // neither back nor again
    const came = document.referrer && new URL(document.referrer).pathname === config().signIn;
    if (!went || !came || draft?.page !== location.pathname || draft.user !== config().user) return;
    const all = drafted();
    for (const [n, boxes] of draft.forms.entries()) for (const kept of boxes) putBack(all[n], kept);
    toast(config().textRestored, "blue");
  };
  const putBack = (form, kept) => {
    const same = form ? $$(KEPT, form).filter((box) => box.name === kept.name) : [];
    const box = same.find((one) => !one.matches("[type=checkbox], [type=radio]") || one.value === kept.value);
    if (!box) return;
    if (box.matches("[type=checkbox], [type=radio]")) box.checked = kept.checked;
    else if (box.matches("select") && ![...box.options].some((option) => option.value === kept.value))
      box.append(new Option(kept.text, kept.value, false, true));
    else box.value = kept.value;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // ------------------------------------------------------------------ files
  document.addEventListener("change", (event) => {
    const name = event.target.matches("input[type=file]") && $("[data-file-name]", event.target.closest(".dropzone") ?? event.target);
    if (name) name.textContent = [...event.target.files].map((file) => file.name).join(", ");
  });
  for (const kind of ["dragover", "dragleave", "drop"])
    document.addEventListener(kind, (event) => {
      const zone = event.target.closest?.(".dropzone");
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("over", kind === "dragover");
      if (kind !== "drop") return;
      const box = $("input[type=file]", zone);
      box.files = event.dataTransfer.files;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    });

  // ------------------------------------------------------------------ htmx
  document.addEventListener("htmx:after:swap", () => {
    showSelection();
    moveTo(rows().find((row) => row.id === cursorId));
    const saving = $("[data-save-view] input[name=query]");
    if (saving && $("#bulk input[name=list_query]")) saving.value = $("#bulk input[name=list_query]").value;
    comboboxes();
  });
  document.addEventListener("htmx:error", () => toast(config().textFailed, "red"));

  // ------------------------------------------------------------------ comboboxes
  const comboboxes = () => {
    if (!window.TomSelect) return;
    for (const select of $$("select[data-combobox]:not(.tomselected)")) {
      const url = select.dataset.url;
      new window.TomSelect(select, {
        maxOptions: 100,
        valueField: "value",
        labelField: "text",
        searchField: ["text"],
        load: url
          ? (text, done) =>
              fetch(`${url}?q=${encodeURIComponent(text)}`)
                .then((answer) => answer.json())
                .then(done, () => done())
          : undefined,
      });
      select.setAttribute("aria-hidden", "true"); // the box that took its label speaks for it
    }
  };
  const start = () => {
    showSelection();
    restore();
    comboboxes();
    for (const note of $$("[data-note]")) if (note.classList.contains("note-green")) setTimeout(() => note.remove(), 9000);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
