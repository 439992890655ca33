/** Signs on buttons, drawn in the line of the page's own icons. */

const SVG = "http://www.w3.org/2000/svg";

export const CHAIN = "M8.5 11.5a3 3 0 0 0 4.3 0l2.6-2.6a3 3 0 0 0-4.3-4.3l-1 1M11.5 8.5a3 3 0 0 0-4.3 0l-2.6 2.6a3 3 0 0 0 4.3 4.3l1-1";
export const SPEECH = "M3.5 4.5h13v9H9l-3.5 3v-3h-2z";

/** @param {string} drawing the path of a sign of 20 by 20 */
export function sign(drawing) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", drawing);
  svg.append(path);
  return svg;
}
