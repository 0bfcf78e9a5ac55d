// What stands around a guide: the head, the list of guides, the search.
import { policy } from "../page/documents.mjs";

export const languages = {
  en: {
    folder: "",
    up: "",
    tag: "en",
    manual: "The manual of evenkeel",
    guides: "Guides",
    page: "The page",
    reference: "Reference",
    search: "Search the guides and the reference",
    none: "Nothing found.",
    other: "简体中文",
    otherTag: "zh-Hans",
  },
  zh: {
    folder: "zh/",
    up: "../",
    tag: "zh-Hans",
    manual: "evenkeel 手册",
    guides: "指南",
    page: "演示页面",
    reference: "API 参考（英文）",
    search: "搜索指南和 API",
    none: "没有找到。",
    other: "English",
    otherTag: "en",
  },
};

const head = policy({ script: "'self'", style: "'self'", worker: "'none'" });

export function documentOf({ language, guides, guide }) {
  const t = languages[language];
  const other = language === "zh" ? `../${guide.file}` : `zh/${guide.file}`;
  const page = language === "zh" ? "../../zh/index.html" : "../index.html";
  const items = guides.map(({ file, title }) => {
    const current = file === guide.file ? ' aria-current="page"' : "";
    return `<li><a href="${file}"${current}>${title}</a></li>`;
  });
  return `<!doctype html>
<html lang="${t.tag}" data-up="${t.up}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${guide.title} · ${t.manual}</title>
${head}
<link rel="icon" href="data:,">
<link rel="alternate" hreflang="${t.otherTag}" href="${other}">
<link rel="stylesheet" href="${t.up}manual.css">
</head>
<body>
<header class="bar">
<nav aria-label="evenkeel"><a href="${page}">${t.page}</a><a href="${t.up}api/index.html">${t.reference}</a></nav>
<a class="language" href="${other}" lang="${t.otherTag}" hreflang="${t.otherTag}">${t.other}</a>
</header>
<div class="manual">
<nav aria-label="${t.guides}">
<form role="search"><input type="search" id="search" aria-label="${t.search}" placeholder="${t.search}">
<ul id="found" data-none="${t.none}" aria-live="polite"></ul></form>
<ul>
${items.join("\n")}
</ul>
</nav>
<main>
${guide.html}</main>
</div>
<script src="${t.up}entries-${language}.js"></script>
<script src="${t.up}search.js"></script>
</body>
</html>
`;
}
