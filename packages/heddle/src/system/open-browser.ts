import { spawn } from "node:child_process";

/** The program that opens an address in the user's browser, and what it is called with. */
const openers: Partial<Record<NodeJS.Platform, readonly [command: string, ...words: string[]]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Opens an address in the user's browser. @returns whether a program took it */
export function openBrowser(url: string, platform: NodeJS.Platform = process.platform): Promise<boolean> {
  const [command, ...words] = openers[platform] ?? ["xdg-open"];
  return new Promise((resolve) => {
    const program = spawn(command, [...words, url], { stdio: "ignore", detached: true });
    program.once("error", () => resolve(false));
    program.once("spawn", () => {
      program.unref();
      resolve(true);
    });
  });
}
