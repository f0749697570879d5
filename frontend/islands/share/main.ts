// Sends the address of a page to others: by the menu of the device, or else by copying it.
// Without this script the address stands there as a link.
import { share, type Device } from './share.ts';

const button = document.querySelector<HTMLButtonElement>('.share button');
const device: Device = { share: navigator.share?.bind(navigator), copy: navigator.clipboard?.writeText.bind(navigator.clipboard) };
if (button && (device.share || device.copy)) {
  const { url = '', text = '', done = '' } = button.dataset;
  button.hidden = false;
  button.setAttribute('aria-live', 'polite');
  button.addEventListener('click', () => {
    void share({ url: new URL(url, location.href).href, text }, device).then((copied) => { if (copied) button.textContent = done; });
  });
}
