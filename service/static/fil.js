// Small comforts on top of pages that work without them: dialog, copy, focus. No inline code anywhere.
(function () {
  "use strict";
  var said = document.getElementById("annonce");

  function say(text) {
    if (said) { said.textContent = text; }
  }

  // On a small phone the bar of a coordinator is wider than the screen: the page that is open stands in sight in it.
  var here = document.querySelector(".nav [aria-current]");
  if (here) { here.parentNode.scrollLeft = here.offsetLeft - 40; }

  // A link to the page of a visit opens the same form in a dialog; Esc closes it and the focus returns.
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-dialog]");
    if (link && window.HTMLDialogElement && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open_dialog(link);
      return;
    }
    var closer = event.target.closest("[data-close]");
    if (closer && closer.closest("dialog")) {
      event.preventDefault();
      closer.closest("dialog").close();
      return;
    }
    var copier = event.target.closest("[data-copy]");
    if (copier) {
      var field = document.getElementById(copier.dataset.copy);
      field.select();
      navigator.clipboard.writeText(field.value).then(function () { say(copier.dataset.copied); });
    }
    if (event.target.closest("[data-print]")) { window.print(); }
  });

  function open_dialog(link, address) {
    address = address || link.href;
    link.setAttribute("aria-busy", "true");
    fetch(address, { headers: { "X-Part": "dialog" }, credentials: "same-origin" })
      .then(function (answer) {
        if (!answer.ok || answer.redirected) { throw new Error("page"); }
        return answer.text();
      })
      .then(function (body) {
        var found = new DOMParser().parseFromString(body, "text/html").querySelector("#formulaire");
        if (!found) { throw new Error("page"); }
        var dialog = document.createElement("dialog");
        dialog.setAttribute("aria-labelledby", "titre-deplacer");
        dialog.appendChild(document.importNode(found, true));
        document.querySelector("main").appendChild(dialog);
        dialog.addEventListener("close", function () { dialog.remove(); link.focus(); });
        if (window.htmx) { window.htmx.process(dialog); }
        dialog.showModal();
        var first = dialog.querySelector("input[type=radio]:checked") || dialog.querySelector("input[type=radio]");
        if (first) { first.focus(); }
      })
      // Whatever went wrong, the plain page does the same.
      .catch(function () { window.location.assign(address); })
      .finally(function () { link.removeAttribute("aria-busy"); });
  }

  // A visit dragged over a day of its row hears at once which rules are against it; dropped, its form opens there.
  // From the keyboard the link of the visit opens the same form.
  var tried = document.getElementById("essai");
  var dragged = null;

  function moment_over(event) {
    var cell = dragged && event.target.closest && event.target.closest("td[data-day]");
    if (!cell || cell.parentNode !== dragged.closest("tr")) { return null; }
    return { cell: cell, query: "?day=" + cell.dataset.day + "&hour=" + encodeURIComponent(dragged.dataset.at) };
  }

  function leave() {
    document.querySelectorAll("td.over").forEach(function (cell) { cell.classList.remove("over"); });
  }

  if (tried && window.fetch) {
    document.addEventListener("dragstart", function (event) {
      dragged = event.target.closest ? event.target.closest("a.chip[data-at]") : null;
      if (dragged) { event.dataTransfer.effectAllowed = "move"; tried.textContent = tried.dataset.place; }
    });
    document.addEventListener("dragover", function (event) {
      var over = moment_over(event);
      if (!over) { return; }
      event.preventDefault();
      if (over.cell.classList.contains("over")) { return; }
      leave();
      over.cell.classList.add("over");
      fetch(dragged.getAttribute("href") + "/essai" + over.query, { credentials: "same-origin" })
        .then(function (answer) { return answer.ok && !answer.redirected ? answer.text() : ""; })
        // An answer that comes after the visit has gone on says nothing any more.
        .then(function (part) { if (over.cell.classList.contains("over")) { tried.innerHTML = part; } })
        .catch(function () { tried.textContent = ""; });
    });
    document.addEventListener("drop", function (event) {
      var over = moment_over(event);
      if (!over) { return; }
      event.preventDefault();
      open_dialog(dragged, dragged.href + over.query);
    });
    document.addEventListener("dragend", function () { dragged = null; leave(); tried.textContent = ""; });
  }

  document.querySelectorAll("[data-copy], [data-print]").forEach(function (button) {
    if (button.dataset.print !== undefined || navigator.clipboard) { button.hidden = false; }
  });

  // A button says that it works, and is not sent twice.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    });
  });

  // A newer answer is shown by itself to whoever is not busy with the one that is there.
  document.addEventListener("htmx:afterSwap", function (event) {
    var link = event.target.querySelector("a[data-follow]");
    if (!link) { return; }
    var focused = document.activeElement;
    var busy = document.querySelector("#reponse details[open]:not([data-open]), form[data-sent]") ||
      (focused && focused.closest("#reponse")) || window.scrollY > 200;
    if (!busy) { window.location.replace(link.href); }
  });

  window.addEventListener("offline", function () { say(document.body.dataset.offline); if (said) { said.classList.remove("vh"); } });

  // After an answer the result is read out and stands at the top of the page.
  var wrong = document.querySelector(".errsum");
  if (wrong) { wrong.focus(); }
})();
