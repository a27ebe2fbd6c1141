/** Whether the page is shown in dark colours, for what is drawn on a canvas. */
class DarkScheme {
  on = $state(false);

  constructor() {
    const query = matchMedia("(prefers-color-scheme: dark)");
    this.on = query.matches;
    query.addEventListener("change", ({ matches }) => {
      this.on = matches;
    });
  }
}

export const darkScheme = new DarkScheme();
