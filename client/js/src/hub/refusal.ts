import { type Reply, VERSION } from './messages.js';

/** What a knock tells of who knocks. */
export interface Visitor {
  /** As the browser has it: `null` is that of all opaque ones. */
  readonly origin: string;
  readonly version: number;
}

/** Why a page is not served, if it is not. */
export function refusalOf(
  { origin, version }: Visitor,
  served: boolean,
  hub: Pick<Window, 'origin' | 'parent' | 'top'>,
): Reply | undefined {
  if (hub.origin === 'null') {
    const message =
      'the frame of the hub is sandboxed, without allow-same-origin: it has no node';
    return refuse('opaque', message);
  }
  if (origin === 'null') {
    return refuse('opaque', 'a page of an opaque origin is not served');
  }
  if (hub.parent !== hub.top || hub.parent === hub) {
    return refuse('nested', 'a page that is in a frame itself is not served');
  }
  if (served) {
    return refuse('served', 'the page of this frame was served');
  }
  if (version !== VERSION) {
    return refuse('version', `the hub speaks version ${VERSION}`);
  }
  return undefined;
}

function refuse(reason: string, message: string): Reply {
  return { type: 'refused', code: 'hub-refused', message, details: { reason } };
}
