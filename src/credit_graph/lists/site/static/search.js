// Finds firms by name, code or a part of either, in what search-index.js holds: one line a firm, "name\tcode\tlist\tkey".
"use strict";
(function () {
  var SHOWN = 50, PAUSE = 60; // hits shown; milliseconds after the last key
  var index = window.creditIndex;
  var input = document.getElementById("query"), found = document.getElementById("found"), hits = document.getElementById("hits");
  var lines = index.text ? index.text.split("\n") : [];

  // full width as half width, small letters as capitals, no spaces
  function plain(text) { return text.normalize("NFKC").toUpperCase().replace(/ /g, ""); }

  var hay = "", starts = new Uint32Array(lines.length + 1);
  (function () {
    var parts = new Array(lines.length), at = 0;
    for (var n = 0; n < lines.length; n++) {
      var cut = lines[n].split("\t");
      parts[n] = plain(cut[0]) + "\t" + plain(cut[1]);
      starts[n] = at;
      at += parts[n].length + 1;
    }
    starts[lines.length] = at;
    hay = parts.join("\n");
  })();

  function lineAt(position) {
    var low = 0, high = lines.length - 1;
    while (low < high) {
      var middle = (low + high + 1) >> 1;
      if (starts[middle] <= position) { low = middle; } else { high = middle - 1; }
    }
    return low;
  }

  // the first SHOWN lines that have the words, and how many have them
  function search(words) {
    var wanted = plain(words), first = [], count = 0, at = 0;
    if (!wanted || /[\t\n]/.test(wanted)) { return { first: first, count: wanted ? 0 : null }; }
    while ((at = hay.indexOf(wanted, at)) >= 0) {
      var line = lineAt(at);
      if (count < SHOWN) { first.push(line); }
      count++;
      at = starts[line + 1];
    }
    return { first: first, count: count };
  }

  function item(line) {
    var cut = lines[line].split("\t"), list = index.lists[+cut[2]], key = cut[3] || cut[1];
    var li = document.createElement("li"), a = document.createElement("a"), small = document.createElement("small");
    a.href = hits.dataset.here + "entries/" + list[0] + "/" + key.slice(-2) + "/" + key + ".html";
    a.textContent = cut[0];
    a.lang = "zh-CN";
    small.textContent = (cut[1] ? cut[1] + " · " : "") + list[1 + +hits.dataset.language];
    li.append(a, small);
    return li;
  }

  function show() {
    var result = search(input.value), shown = result.first.length;
    hits.replaceChildren.apply(hits, result.first.map(item));
    var words = shown ? (shown < result.count ? found.dataset.some : found.dataset.all) : found.dataset.none;
    found.textContent = result.count === null ? "" : words.replace("{n}", result.count).replace("{m}", shown);
    found.dataset.of = input.value; // the words that what is shown answers
  }

  var waiting = 0;
  input.addEventListener("input", function () {
    clearTimeout(waiting);
    waiting = setTimeout(show, PAUSE);
  });
  input.disabled = false;
  window.creditSearch = search;
  if (input.value) { show(); }
})();
