/** Set in the tab while it is loaded again to become isolated: a second time would not help. */
const GUARD = "heddle-isolating";

/**
 * On a static host: installs the service worker, which keeps the page for use without a network and isolates it. A page that
 * is not isolated yet is loaded again, once.
 *
 * @param mayReload asked before that: what somebody has begun is not lost
 */
export async function keepOffline(mayReload: () => boolean): Promise<void> {
  const isServed = document.querySelector('meta[name="heddle-server"]') !== null;
  if (isServed || !import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  if (crossOriginIsolated) sessionStorage.removeItem(GUARD);
  try {
    await navigator.serviceWorker.register(new URL("sw.js", document.baseURI));
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
      await new Promise((resolve) =>
        navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }),
      );
    }
    if (crossOriginIsolated || sessionStorage.getItem(GUARD) || !mayReload()) return;
    sessionStorage.setItem(GUARD, "1");
    location.reload();
  } catch {
    // Without it the page works on one thread, and says so.
  }
}
