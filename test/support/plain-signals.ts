/** A signal as React Native has it: it tells no reason, and its class knows neither `any` nor `timeout`. */
export class PlainSignal extends EventTarget {
  aborted = false;
}

export class PlainController {
  readonly signal = new PlainSignal();

  abort(): void {
    if (this.signal.aborted) return;
    this.signal.aborted = true;
    this.signal.dispatchEvent(new Event('abort'));
  }
}
