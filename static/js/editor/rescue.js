/** Ways out for text the server does not have: the clipboard and a file. */

/** @param {{wording: any, title: () => string}} page @returns {{copy: (html: string, button: HTMLElement) => void, download: (html: string) => void}} */
export function waysOut({ wording, title }) {
  return {
    copy: (html, button) => copyHtml(html, plainText(html), (isCopied) => { if (isCopied) button.textContent = wording.say("copied"); }),
    download: (html) => downloadHtml(html, title()),
  };
}

/** @param {string} html @param {(isCopied: boolean) => void} onDone */
export async function copyHtml(html, text, onDone) {
  const item = { "text/html": new Blob([html], { type: "text/html" }), "text/plain": new Blob([text], { type: "text/plain" }) };
  try {
    await navigator.clipboard.write([new ClipboardItem(item)]);
    onDone(true);
  } catch (error) {
    if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    onDone(false);
  }
}

export function downloadHtml(html, title) {
  const page = `<!doctype html>\n<meta charset="utf-8">\n<title>${escaped(title)}</title>\n${html}\n`;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([page], { type: "text/html" }));
  link.download = `${title.replace(/[\\/:*?"<>|]+/g, " ").trim() || "chapter"}.html`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function plainText(html) {
  const template = document.createElement("template");
  template.innerHTML = html.replace(/<br>/g, "\n").replace(/<\/(?:p|h[2-4])>/g, "\n\n$&").replace(/<hr[^>]*>/g, "* * *\n\n");
  return template.content.textContent.trim();
}

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
