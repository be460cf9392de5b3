import type { StatusResult } from '../api/info.js';
import { make, row } from './dom.js';
import { bytes, duration } from './format.js';

type Session = StatusResult['sessions'][number];

/** Shows each tab's session: its open calls, and what it listens to. */
export function showSessions(
  body: HTMLElement,
  sessions: readonly Session[],
): void {
  body.replaceChildren(
    ...sessions.map((session) =>
      row(
        make('code', { title: session.id }, session.id.replace(/^.*-/, '#')),
        clientOf(session),
        duration(Date.now() - session.started),
        calls(session),
        listens(session),
        `${bytes(session.received)} in, ${bytes(session.sent)} out`,
      ),
    ),
  );
}

/** What the client calls itself, and for whom its port was made. */
function clientOf({ client, port, origin }: Session): string {
  const name = client || 'no hello yet';
  const whose = origin || 'a port that was handed on';
  return port ? `${name}, ${whose}` : name;
}

/** Many calls of one method are told once. */
function calls(session: Session): HTMLElement {
  const byMethod = new Map<string, Session['calls']>();
  for (const call of session.calls) {
    byMethod.set(call.method, [...(byMethod.get(call.method) ?? []), call]);
  }
  const items = [...byMethod].map(([method, same]) => {
    const oldest = Math.min(...same.map(({ started }) => started));
    const moved = same.reduce((sum, c) => sum + c.received + c.sent, 0);
    return make(
      'li',
      {},
      make('code', {}, method),
      same.length > 1 ? ` × ${same.length}` : '',
      make(
        'span',
        { class: 'quiet' },
        ` ${duration(Date.now() - oldest)}, ${bytes(moved)}`,
      ),
    );
  });
  return items.length === 0 ? none() : make('ul', {}, ...items);
}

function listens({ topics, rooms, protocols }: Session): HTMLElement {
  const named = (kind: string, names: readonly string[]) =>
    names.map((name) =>
      make(
        'li',
        {},
        make('span', { class: 'quiet' }, `${kind} `),
        make('code', {}, name),
      ),
    );
  const items = [
    ...named('topic', topics),
    ...named('room', rooms),
    ...named('protocol', protocols),
  ];
  return items.length === 0 ? none() : make('ul', {}, ...items);
}

function none(): HTMLElement {
  return make('span', { class: 'quiet' }, 'none');
}
