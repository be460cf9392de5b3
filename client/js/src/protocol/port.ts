/**
 * One end of a channel of messages: what the protocol needs of a MessagePort,
 * which a SharedWorker's port, Node's MessagePort and a test's fake all have.
 */
export interface Port {
  postMessage(message: Uint8Array, transfer: ArrayBuffer[]): void;
  onmessage: ((event: { data: unknown }) => void) | null;
  close(): void;
}
