import { words } from "../words";

/**
 * Shows what the camera sees.
 *
 * @returns what turns it off
 * @throws Error in the words of the page where there is no camera, or it may not be used
 */
export async function openCamera(video: HTMLVideoElement): Promise<() => void> {
  try {
    // Only pages over HTTPS, or of this machine, have devices.
    if (!navigator.mediaDevices) throw new DOMException("", "SecurityError");
    const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } });
    video.srcObject = stream;
    await video.play();
    return () => {
      for (const track of stream.getTracks()) track.stop();
      video.srcObject = null;
    };
  } catch (thrown) {
    throw new Error(words.camera.faults[(thrown as DOMException).name] ?? words.camera.otherFault);
  }
}

/** The middle of what the camera sees, as a square canvas, mirrored as people see themselves. */
export function grab(video: HTMLVideoElement, side: number): HTMLCanvasElement {
  const { videoWidth: width, videoHeight: height } = video;
  const square = Math.min(width, height);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.translate(side, 0);
  context.scale(-1, 1);
  context.drawImage(video, (width - square) / 2, (height - square) / 2, square, square, 0, 0, side, side);
  return canvas;
}
