// Small comforts on top of pages that work without them: dialog, copy, focus. No inline code anywhere.
(function () {
  "use strict";
  var said = document.getElementById("annonce");

  function say(text) {
    if (said) { said.textContent = text; }
  }

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

  function open_dialog(link) {
    link.setAttribute("aria-busy", "true");
    fetch(link.href, { headers: { "X-Part": "dialog" }, credentials: "same-origin" })
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
        dialog.showModal();
        var first = dialog.querySelector("input[type=radio]:checked") || dialog.querySelector("input[type=radio]");
        if (first) { first.focus(); }
      })
      // Whatever went wrong, the plain page does the same.
      .catch(function () { window.location.assign(link.href); })
      .finally(function () { link.removeAttribute("aria-busy"); });
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
