export interface Shared { url: string; text: string }

// Device is what a browser can do with an address; either may be missing.
export interface Device {
  share?: (what: Shared) => Promise<void>;
  copy?: (text: string) => Promise<void>;
}

// share tells whether it copied the address. Somebody who closes the menu wants neither.
export async function share(what: Shared, { share, copy }: Device): Promise<boolean> {
  try {
    if (share) {
      await share(what);
      return false;
    }
  } catch (error) {
    if ((error as Error).name === 'AbortError') return false;
  }
  try {
    await copy?.(what.url);
    return !!copy;
  } catch {
    return false; // the link stands beside
  }
}
