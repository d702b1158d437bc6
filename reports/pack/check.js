// The pack page's own script. It only adds: everything it shows or hides is in the page already, and it sends nothing.
(function () {
  'use strict';
  var byId = function (id) { return document.getElementById(id); };
  var all = function (selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); };
  var sections = all('.requirement');

  function make(name, text) {
    var node = document.createElement(name);
    node.textContent = text;
    return node;
  }

  function count(number, noun) { return number + ' ' + noun + (number === 1 ? '' : 's'); }

  // Copy buttons.
  all('.command').forEach(function (box) {
    var pre = box.querySelector('pre');
    var button = make('button', 'Copy');
    button.type = 'button';
    button.setAttribute('aria-label', 'Copy the command: ' + pre.getAttribute('aria-label'));
    var said = make('span', '');
    said.className = 'hidden';
    said.setAttribute('role', 'status');
    button.addEventListener('click', function () {
      var copied = false;
      var range = document.createRange();
      var selection = window.getSelection();
      range.selectNodeContents(pre);
      selection.removeAllRanges();
      selection.addRange(range);
      try { copied = document.execCommand('copy'); } catch (refused) { copied = false; }
      button.textContent = copied ? 'Copied' : 'Selected';
      said.textContent = copied ? 'The command is copied.' : 'The command is selected; copy it with the keyboard.';
    });
    box.appendChild(button);
    box.appendChild(said);
  });

  // Search and filter.
  var find = byId('find-text');
  var only = byId('only-not-ready');
  var texts = sections.map(function (section) { return section.textContent.toLowerCase(); });

  function filter() {
    var wanted = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    sections.forEach(function (section, at) {
      var fits = wanted.every(function (word) { return texts[at].indexOf(word) >= 0; }) &&
        (!only.checked || section.dataset.ready === 'no');
      section.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    byId('find-count').textContent = 'Showing ' + shown + ' of ' + count(sections.length, 'requirement');
  }

  byId('find').hidden = false;
  find.addEventListener('input', filter);
  only.addEventListener('change', filter);
  filter();

  // A link to a requirement that the filter hides shows everything again.
  window.addEventListener('hashchange', function () {
    var target = byId(decodeURIComponent(location.hash.slice(1)));
    if (target && target.closest('.requirement[hidden]')) {
      find.value = '';
      only.checked = false;
      filter();
      target.scrollIntoView();
    }
  });

  // Ticks and notes, kept in this browser for this pack alone.
  var prefix = 'portreeve:' + document.title + ':';
  function load(key) { try { return localStorage.getItem(prefix + key) || ''; } catch (refused) { return ''; } }
  function keep(key, value) { try { localStorage.setItem(prefix + key, value); } catch (refused) { return; } }

  function reviewed() {
    var ticked = all('.review input[type=checkbox]').filter(function (box) { return box.checked; }).length;
    byId('reviewed-count').textContent = 'You have reviewed ' + ticked + ' of ' + sections.length + '.';
  }

  sections.forEach(function (section) {
    var tick = section.querySelector('.review input[type=checkbox]');
    var note = section.querySelector('.review input[type=text]');
    section.querySelector('.review').hidden = false;
    tick.checked = load(tick.id) === 'yes';
    note.value = load(note.id);
    tick.addEventListener('change', function () { keep(tick.id, tick.checked ? 'yes' : ''); reviewed(); });
    note.addEventListener('input', function () { keep(note.id, note.value); });
  });
  reviewed();

  // A spreadsheet takes a field that starts with one of these as a formula.
  function field(text) {
    var safe = /^\s*[=+\-@\t\r]/.test(text) ? "'" + text : text;
    return '"' + safe.replace(/"/g, '""') + '"';
  }

  byId('save-notes').addEventListener('click', function () {
    var rows = [['Requirement', 'Reviewed', 'Note']].concat(sections.map(function (section) {
      return [section.dataset.number, section.querySelector('.review input[type=checkbox]').checked ? 'yes' : 'no',
        section.querySelector('.review input[type=text]').value];
    }));
    var csv = '\ufeff' + rows.map(function (row) { return row.map(field).join(','); }).join('\r\n') + '\r\n';
    var link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([csv], { type: 'text/csv;charset=utf-8' }));
    link.download = 'notes.csv';
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
  });

  // The check of the folder.
  var choice = byId('folder-choice');
  var result = byId('folder-result');
  if (!window.crypto || !crypto.subtle || !('webkitdirectory' in choice)) { return; }
  choice.webkitdirectory = true;
  byId('folder').hidden = false;
  var LISTS = ['tagmanifest-sha256.txt', 'manifest-sha256.txt'];
  var TRUST = 'allowed_signers';
  var UNLISTED = ['tagmanifest-sha256.txt', 'tagmanifest-sha256.txt.sig', TRUST];

  function sha256(file) {
    return file.arrayBuffer().then(function (bytes) { return crypto.subtle.digest('SHA-256', bytes); })
      .then(function (digest) {
        return Array.prototype.map.call(new Uint8Array(digest), function (byte) {
          return ('0' + byte.toString(16)).slice(-2);
        }).join('');
      });
  }

  // The embedded list, and then the pack's own two lists. A list that says otherwise than the page is a change.
  function wanted(files) {
    var list = new Map();
    var disagree = [];
    JSON.parse(byId('pack-files').textContent).forEach(function (line) { list.set(line[0], line[1]); });
    var embedded = new Set(list.keys());
    return Promise.all(LISTS.map(function (name) {
      return files.has(name) ? files.get(name).text() : '';
    })).then(function (texts) {
      texts.join('').split('\n').forEach(function (line) {
        var parts = /^([0-9a-f]{64}) {2}(.+)$/.exec(line);
        if (!parts) { return; }
        if (list.has(parts[2]) && list.get(parts[2]) !== parts[1]) { disagree.push(parts[2]); }
        if (!embedded.has(parts[2])) { list.set(parts[2], parts[1]); }
      });
      return { list: list, disagree: disagree };
    });
  }

  function say(title, names) {
    if (!names.length) { return; }
    result.appendChild(make('p', title + ' ' + count(names.length, 'file') + ':'));
    var list = document.createElement('ul');
    names.slice(0, 200).forEach(function (name) { list.appendChild(make('li', name)); });
    if (names.length > 200) { list.appendChild(make('li', 'and ' + (names.length - 200) + ' more')); }
    result.appendChild(list);
  }

  function mark(outcomes) {
    all('[data-path]').forEach(function (item) {
      var outcome = item.querySelector('.outcome');
      var is = outcomes.get(item.dataset.path);
      outcome.textContent = is === 'same' ? '✓ matches' : is === 'changed' ? '✗ changed' : '✗ missing';
      outcome.className = 'outcome ' + (is === 'same' ? 'good' : 'bad');
    });
  }

  function report(found, number) {
    var whole = !found.changed.length && !found.missing.length && !found.extra.length && !found.disagree.length;
    var lists = LISTS.every(function (name) { return found.lists.indexOf(name) >= 0; });
    result.textContent = '';
    var verdict = make('p', '');
    var tag = make('strong', whole && lists ? '✓ Every file matches' : '▲ Something does not match');
    tag.className = 'tag ' + (whole && lists ? 'good' : 'bad');
    verdict.appendChild(tag);
    verdict.appendChild(make('span', ' ' + found.same + ' of ' + count(found.of, 'listed file') + ' match.'));
    result.appendChild(verdict);
    if (!lists) { result.appendChild(make('p', 'The lists of files are missing: is this the folder that holds this page?')); }
    say('Changed:', found.changed);
    say('Missing:', found.missing);
    say('Listed otherwise than in this page:', found.disagree);
    say('Not in any list:', found.extra);
    if (found.trust) {
      result.appendChild(make('p', TRUST + ' is in no list. It is yours if you saved it here for step 3; one that came with the pack proves nothing.'));
    }
    if (number) {
      result.appendChild(make('p', 'The pack’s number, to compare with the one you were given: '));
      result.appendChild(make('code', number));
    }
  }

  async function check() {
    var files = new Map();
    Array.prototype.forEach.call(choice.files, function (file) {
      files.set(file.webkitRelativePath.split('/').slice(1).join('/'), file);
    });
    if (!files.size) { return; }
    var held = await wanted(files);
    var outcomes = new Map();
    var found = { changed: [], missing: [], extra: [], disagree: held.disagree, same: 0, of: held.list.size,
      lists: LISTS.filter(function (name) { return files.has(name); }) };
    var done = 0;
    for (var [path, digest] of held.list) {
      done += 1;
      if (done % 50 === 1) { result.textContent = 'Checking file ' + done + ' of ' + held.list.size; }
      if (!files.has(path)) { outcomes.set(path, 'missing'); found.missing.push(path); continue; }
      var same = await sha256(files.get(path)) === digest;
      outcomes.set(path, same ? 'same' : 'changed');
      if (same) { found.same += 1; } else { found.changed.push(path); }
    }
    files.forEach(function (_, path) {
      if (!held.list.has(path) && UNLISTED.indexOf(path) < 0) { found.extra.push(path); }
    });
    found.extra.sort();
    found.trust = files.has(TRUST) && !held.list.has(TRUST);
    mark(outcomes);
    report(found, files.has(LISTS[0]) ? await sha256(files.get(LISTS[0])) : '');
  }

  choice.addEventListener('change', function () {
    check().catch(function (error) { result.textContent = 'The check stopped: ' + error.message; });
  });
}());
