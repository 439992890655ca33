/**
 * Says that live counts are paused, for as long as they are. In the editor nothing may push the text about, so there
 * it is said once, at the foot.
 */
import { say } from "./toast.js";

export function tell(isPaused) {
  document.querySelector("[data-live-line]")?.remove();
  const { sentence } = document.getElementById("live-paused")?.dataset ?? {};
  if (!isPaused || !sentence) return;
  if (document.querySelector("nx-editor")) say(sentence);
  else document.getElementById("messages")?.append(line(sentence));
}

function line(sentence) {
  const made = Object.assign(document.createElement("p"), { className: "message" });
  made.dataset.liveLine = "";
  const text = Object.assign(document.createElement("span"), { className: "message__text", textContent: sentence });
  made.append(text);
  return made;
}
