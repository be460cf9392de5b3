// What a peer and the test that runs it say to each other: JSON, one document a
// line. On stdin requests {id, op, ...}; on stdout answers {id, result} or
// {id, error}, and events {event, ...} as they come. The peer ends with stdin.

import { createInterface } from 'node:readline'
import util from 'node:util'

// emit tells of an event.
export const emit = (event, fields) => say({ event, ...fields })

// serve answers requests by the functions of ops, each given the request, until
// stdin ends.
export async function serve(ops) {
  const answer = async ({ id, op, ...request }) => {
    try {
      say({ id, result: (await ops[op](request)) ?? null })
    } catch (error) {
      say({ id, error: util.inspect(error) })
    }
  }
  for await (const line of createInterface({ input: process.stdin })) answer(JSON.parse(line))
  process.exit()
}

function say(document) {
  process.stdout.write(JSON.stringify(document) + '\n')
}
