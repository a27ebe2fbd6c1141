import type { Attachment } from "svelte/attachments";
import { designer } from "../../state/design.svelte";

/** Lets a handle drag its row by mouse, pen or finger. The row changes place as it passes the middle of another. */
export function dragged(key: number, isLocked: () => boolean): Attachment<HTMLElement> {
  return (handle) => {
    let isDragging = false;
    const begin = (event: PointerEvent) => {
      if (isLocked() || event.button !== 0) return;
      isDragging = true;
    };
    const go = ({ clientY }: PointerEvent) => {
      if (!isDragging) return;
      const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
      const from = rows.findIndex((row) => row.dataset["row"] === String(key));
      const middles = rows.map((row) => {
        const { top, height } = row.getBoundingClientRect();
        return top + height / 2;
      });
      const above = middles.filter((middle, place) => place !== from && middle < clientY).length;
      if (above !== from) designer.move(key, above, { keep: false });
    };
    const end = () => {
      if (!isDragging) return;
      isDragging = false;
      designer.keep();
    };
    handle.addEventListener("pointerdown", begin);
    // A row that moves in the document loses a captured pointer: the page follows it.
    document.addEventListener("pointermove", go);
    document.addEventListener("pointerup", end);
    document.addEventListener("pointercancel", end);
    return () => {
      handle.removeEventListener("pointerdown", begin);
      document.removeEventListener("pointermove", go);
      document.removeEventListener("pointerup", end);
      document.removeEventListener("pointercancel", end);
    };
  };
}
