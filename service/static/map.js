// The map with pictures, in place of the drawn one: only once a first picture has come.
(function () {
  "use strict";
  var box = document.getElementById("carte");
  var drawn = box && box.querySelector("svg.fond");
  if (!drawn || !box.dataset.tiles || !drawn.dataset.bounds || !window.L) { return; }

  var bounds = drawn.dataset.bounds.split(",").map(Number);
  var place = document.createElement("div");
  place.className = "tiles waiting";
  box.appendChild(place);
  var map = L.map(place, { scrollWheelZoom: false, zoomControl: false });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: box.dataset.zoomIn, zoomOutTitle: box.dataset.zoomOut }).addTo(map);

  function escaped(text) {
    var holder = document.createElement("span");
    holder.textContent = text;
    return holder.innerHTML;
  }

  var lines = {};
  drawn.querySelectorAll("a.mk[data-point]").forEach(function (stop) {
    var at = stop.dataset.point.split(",").map(Number);
    var color = stop.getAttribute("class").replace("mk", "").trim();
    var link = document.createElement("a");
    link.href = stop.getAttribute("href");
    link.dataset.dialog = "";
    link.setAttribute("aria-label", stop.getAttribute("aria-label"));
    link.textContent = stop.querySelector("text").textContent;
    L.marker(at, {
      keyboard: false,
      icon: L.divIcon({ className: "tilemk " + color, html: link, iconSize: [26, 26] })
    }).addTo(map);
    (lines[color] = lines[color] || []).push(at);
  });
  Object.keys(lines).forEach(function (color) {
    if (lines[color].length > 1) { L.polyline(lines[color], { className: "route " + color, weight: 3 }).addTo(map); }
  });
  function fit() {
    map.fitBounds([[bounds[0], bounds[1]], [bounds[2], bounds[3]]], { padding: [16, 16], maxZoom: 15, animate: false });
  }
  fit();

  var layer = L.tileLayer(box.dataset.tiles, { attribution: escaped(box.dataset.credit), maxZoom: 19 });
  layer.once("tileload", function () {
    place.classList.remove("waiting");
    drawn.remove();
    map.invalidateSize({ animate: false });
    fit();
  });
  layer.addTo(map);
})();
