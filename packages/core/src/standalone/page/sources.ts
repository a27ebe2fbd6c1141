import type { DrawingPad } from "./drawing-pad.js";
import { element } from "./element.js";

/** How often the camera's picture is classified. */
const FRAME_MS = 200;

/** Shows what is chosen, dropped, pasted or seen by the camera on a pad. */
export function takePictures(pad: DrawingPad): void {
  const fault = element("fault");
  const say = (text: string) => {
    fault.textContent = text;
  };
  const read = async (file: Blob | null | undefined) => {
    if (!file) return;
    say("");
    try {
      const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
      pad.show(bitmap, bitmap.width, bitmap.height);
      bitmap.close();
    } catch {
      say("This file is not a picture that the browser can show.");
    }
  };

  const input = element<HTMLInputElement>("file");
  input.addEventListener("change", () => {
    void read(input.files?.[0]);
    input.value = "";
  });
  element("choose").addEventListener("click", () => input.click());
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    void read(event.dataTransfer?.files[0]);
  });
  document.addEventListener("paste", (event) => {
    const item = [...(event.clipboardData?.items ?? [])].find(({ type }) => type.startsWith("image/"));
    if (item) void read(item.getAsFile());
    else say("The clipboard holds no picture.");
  });
  camera(pad, say);
}

function camera(pad: DrawingPad, say: (text: string) => void): void {
  const button = element("camera");
  // Pages that are opened from a disk have no camera in some browsers.
  button.hidden = !navigator.mediaDevices?.getUserMedia;
  let stop: (() => void) | undefined;
  button.addEventListener("click", async () => {
    if (stop) {
      stop();
      return;
    }
    say("");
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      const video = document.createElement("video");
      video.muted = true;
      video.srcObject = stream;
      await video.play();
      const timer = setInterval(() => pad.show(video, video.videoWidth, video.videoHeight), FRAME_MS);
      button.textContent = "Stop the camera";
      stop = () => {
        clearInterval(timer);
        for (const track of stream.getTracks()) track.stop();
        button.textContent = "Camera";
        stop = undefined;
      };
    } catch {
      say("There is no camera, or the page may not use it.");
    }
  });
}
