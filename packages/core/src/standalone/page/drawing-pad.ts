import { element } from "./element.js";

/** Half of the pen's width, as a share of the pad. */
const PEN = 0.035;
/** How far an arrow key moves the pen. */
const STEP = 0.03;

/** A square on which a picture is drawn, by pointer or by keys, or shown. */
export class DrawingPad {
  private readonly canvas = element<HTMLCanvasElement>("pad");
  private readonly context = this.canvas.getContext("2d", { willReadFrequently: true })!;
  /** Where the pen is, 0..1 each way, and whether it draws. */
  private pen = { x: 0.5, y: 0.5, isDown: false };
  private isEmpty = true;

  /**
   * @param onChange called with the picture after each change
   * @param onClear called when there is none any more
   */
  constructor(
    private readonly onChange: (image: ImageData) => void,
    private readonly onClear: () => void,
  ) {
    this.clear();
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.moveTo(event);
      this.pen.isDown = true;
      this.line(this.pen.x, this.pen.y);
    });
    canvas.addEventListener("pointermove", (event) => {
      const { x, y } = this.pen;
      this.moveTo(event);
      if (this.pen.isDown) this.line(x, y);
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => this.lift());
    canvas.addEventListener("keydown", (event) => this.key(event));
    element("clear").addEventListener("click", () => this.clear());
  }

  clear(): void {
    this.context.fillStyle = "#fff";
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.isEmpty = true;
    this.onClear();
  }

  /** Shows a picture, whole, and hands it on in its own size. */
  show(picture: CanvasImageSource, width: number, height: number): void {
    const { canvas, context } = this;
    const whole = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
    whole.drawImage(picture, 0, 0, width, height);
    this.clear();
    const scale = Math.min(canvas.width / width, canvas.height / height);
    const [w, h] = [width * scale, height * scale];
    context.drawImage(whole.canvas, (canvas.width - w) / 2, (canvas.height - h) / 2, w, h);
    this.isEmpty = false;
    this.onChange(whole.getImageData(0, 0, width, height));
  }

  private moveTo(event: PointerEvent): void {
    const box = this.canvas.getBoundingClientRect();
    this.pen.x = (event.clientX - box.left) / box.width;
    this.pen.y = (event.clientY - box.top) / box.height;
  }

  private key(event: KeyboardEvent): void {
    const { x, y } = this.pen;
    const [dx, dy] =
      { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [];
    if (dx !== undefined) {
      this.pen.x = Math.min(1, Math.max(0, x + dx * STEP));
      this.pen.y = Math.min(1, Math.max(0, y + dy! * STEP));
      if (this.pen.isDown) this.line(x, y);
    } else if (event.key === " ") {
      this.pen.isDown = !this.pen.isDown;
      if (this.pen.isDown) this.line(x, y);
      else this.lift();
    } else return;
    event.preventDefault();
  }

  private line(fromX: number, fromY: number): void {
    const { canvas, context, pen } = this;
    context.lineWidth = 2 * PEN * canvas.width;
    context.lineCap = "round";
    context.strokeStyle = "#000";
    context.beginPath();
    context.moveTo(fromX * canvas.width, fromY * canvas.height);
    context.lineTo(pen.x * canvas.width, pen.y * canvas.height);
    context.stroke();
    this.isEmpty = false;
    this.changed();
  }

  private lift(): void {
    this.pen.isDown = false;
  }

  private changed(): void {
    if (!this.isEmpty) this.onChange(this.context.getImageData(0, 0, this.canvas.width, this.canvas.height));
  }
}
