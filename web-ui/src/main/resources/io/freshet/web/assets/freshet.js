// Keeps an open page up to date: one stream per page names what is out of date, htmx fetches those parts again, and what
// a person is using (focus, selection, an open menu) is left alone. Every page works without this file.
(() => {
  'use strict';
  const root = document.documentElement;
  const regions = () => [...document.querySelectorAll('[data-live]')];

  // Patching instead of replacing: leaves ([data-k]) that differ are exchanged, rows ([data-row]) come and go by key.
  htmx.defineExtension('keyed', {
    isInlineSwap: style => style === 'keyed',
    handleSwap(style, target, fragment) {
      const fresh = style === 'keyed' && fragment.querySelector('#' + CSS.escape(target.id));
      if (!fresh) return false;
      const selection = getSelection();
      const selected = el => selection && !selection.isCollapsed && el.contains(selection.anchorNode);
      const busy = el => el.contains(document.activeElement) || selected(el) || el.querySelector('details[open], dialog[open]');
      const added = [];
      const put = (node, box, before) => { const copy = document.importNode(node, true); box.insertBefore(copy, before); added.push(copy); return copy; };
      fresh.querySelectorAll('[data-k]').forEach(now => {
        const old = target.querySelector(`[data-k="${CSS.escape(now.dataset.k)}"]`);
        if (old && !old.isEqualNode(now) && !busy(old)) { const copy = document.importNode(now, true); old.replaceWith(copy); added.push(copy); }
      });
      fresh.querySelectorAll('[data-rows]').forEach(source => {
        const box = target.querySelector(`[data-rows="${CSS.escape(source.dataset.rows)}"]`);
        if (!box) return;
        const locked = busy(box) || box.matches(':hover');
        const have = new Map([...box.children].map(row => [row.dataset.row, row]));
        [...source.children].forEach((row, i) => {
          let old = have.get(row.dataset.row);
          have.delete(row.dataset.row);
          if (!old && !locked) old = put(row, box, box.children[i] || null);
          else if (old && !locked && box.children[i] !== old) box.insertBefore(old, box.children[i] || null);
        });
        have.forEach(row => locked ? row.setAttribute('data-gone', '') : row.remove());
        if (locked) box.addEventListener('pointerleave', () => htmx.trigger(target, 'fresh'), { once: true });
      });
      if (fresh.dataset.title) document.title = fresh.dataset.title;
      return added;
    },
  });

  document.addEventListener('htmx:configRequest', event => {
    const token = document.querySelector('meta[name=_csrf]');
    if (token) event.detail.headers['X-CSRF-TOKEN'] = token.content;
  });
  document.addEventListener('htmx:responseError', event => { if (event.detail.xhr.status === 401) state('lost'); });

  let stream, sequence = document.body.dataset.sequence, seen = 0, timer = 0, all = false, stale = new Set();
  const state = word => { root.dataset.link = word; };
  const alive = () => { seen = Date.now(); state('live'); };
  const close = () => { stream?.close(); stream = null; };
  const later = () => { timer ||= setTimeout(flush, 50 + Math.random() * 100); };
  const everything = () => { all = true; later(); };
  function flush() {
    timer = 0;
    const changed = stale, every = all;
    stale = new Set(); all = false;
    regions().forEach(el => { if (every || changed.has(el.dataset.live)) htmx.trigger(el, 'fresh'); });
  }
  function open() {
    const topics = [...new Set(regions().map(el => el.dataset.live))];
    if (stream || document.hidden || !topics.length) return;
    seen = Date.now();
    stream = new EventSource('/events?' + topics.map(topic => 'topic=' + encodeURIComponent(topic)).join('&') + '&after=' + sequence);
    stream.addEventListener('stale', event => { sequence = event.lastEventId; alive(); JSON.parse(event.data).forEach(topic => stale.add(topic)); later(); });
    stream.addEventListener('beat', alive);
    stream.onerror = () => { state('lost'); if (stream.readyState === 2) { close(); setTimeout(open, 5000 + Math.random() * 5000); } };
  }
  setInterval(() => { if (stream && Date.now() - seen > 45000) { state('lost'); close(); open(); everything(); } }, 5000);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) setTimeout(() => document.hidden && close(), 30000);
    else if (!stream) { open(); everything(); }
  });
  addEventListener('pagehide', close);
  addEventListener('pageshow', event => { open(); if (event.persisted) everything(); });

  // "/" goes to the search field; a menu closes on Escape and when another opens; a form is sent once.
  addEventListener('keydown', event => {
    if (event.key === '/' && !event.ctrlKey && !event.metaKey && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) {
      document.querySelector('#find')?.focus();
      event.preventDefault();
    }
    if (event.key === 'Escape') document.querySelectorAll('details.menu[open]').forEach(menu => { menu.open = false; menu.querySelector('summary').focus(); });
  });
  document.addEventListener('click', event => document.querySelectorAll('details.menu[open]').forEach(menu => { if (!menu.contains(event.target)) menu.open = false; }));
  document.addEventListener('submit', event => setTimeout(() => event.target.querySelectorAll('button:not([type=button])').forEach(button => { button.disabled = true; })));
  addEventListener('pageshow', event => { if (event.persisted) document.querySelectorAll('button:disabled[type=submit]').forEach(button => { button.disabled = false; }); });
})();
