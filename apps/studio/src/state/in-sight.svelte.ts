/** Whether an element can be seen: in the window, of a tab in front. What nobody sees need not be drawn. */
export class InSight {
  private isInWindow = $state(false);
  private isInFront = $state(!document.hidden);

  get now(): boolean {
    return this.isInWindow && this.isInFront;
  }

  /** Attached to the element. */
  readonly watch = (element: Element) => {
    const observer = new IntersectionObserver((entries) => {
      this.isInWindow = entries.at(-1)!.isIntersecting;
    });
    observer.observe(element);
    const turn = () => {
      this.isInFront = !document.hidden;
    };
    document.addEventListener("visibilitychange", turn);
    return () => {
      observer.disconnect();
      document.removeEventListener("visibilitychange", turn);
    };
  };
}
