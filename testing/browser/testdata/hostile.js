// A page that has another origin's hub in a frame, and no client on what it is given.

const hub = { sharednode: 'hub', version: 1 }

// The frames' types that tell how something ended.
const [refuse, welcome, result, failure, goodbye] = [0x03, 0x02, 0x15, 0x16, 0x22]

// enter asks the hub, and gives a function that opens one port after the other.
export async function enter (url, want) {
  const frame = await frameOf(url)
  const { port1, port2 } = new MessageChannel()
  const given = new Promise((resolve, reject) => {
    port1.onmessage = ({ data, ports: [port] }) => {
      if (data.type === 'granted') resolve(port)
      if (data.type === 'refused') reject(new Error(JSON.stringify(data)))
    }
  })
  frame.contentWindow.postMessage({ ...hub, want }, new URL(url).origin, [port2])
  const giver = await given
  let asked = 0
  return async () => {
    const id = ++asked
    const answer = new Promise(resolve => {
      giver.onmessage = ({ data, ports: [port] }) => data.id === id && resolve({ data, port })
    })
    giver.postMessage({ type: 'dial', id })
    const { data, port } = await answer
    if (port === undefined) throw new Error(JSON.stringify(data))
    return framesOf(port)
  }
}

// walk makes calls one by one in a session, and gives for each method what it came to:
// the frames of its answers.
export async function walk (dial, hello, calls) {
  const port = await dial()
  port.send(new Uint8Array(hello))
  await port.until(welcome, 20_000)
  const answers = {}
  for (const [i, { method, open }] of calls.entries()) {
    const call = i + 1
    const message = new Uint8Array(open)
    new DataView(message.buffer).setUint32(4, call)
    port.send(message)
    const ended = ({ type, call: of }) => of === call && (type === result || type === failure)
    await port.until(ended, 20_000)
    answers[method] ??= []
    answers[method].push(port.frames.filter(frame => frame.call === call))
  }
  port.close()
  return answers
}

// forge sends what is given for each session, until that is over or has answered all
// that it will. It tells how many messages went out, how sessions ended, and the texts
// of all frames that came.
export async function forge (dial, sessions) {
  const told = { sent: 0, ended: {}, texts: [] }
  for (const { hello, send, messages } of sessions) {
    const port = await dial()
    if (hello !== null) {
      port.send(new Uint8Array(hello))
      await port.until(welcome, 20_000)
    }
    const args = [undefined, messages[0]]
    const all = send
      ? Function('args', 'random', 'MiB', `return ${send}`)(args, random, MiB)
      : messages.map(bytes => new Uint8Array(bytes))
    for (const message of all) port.send(message)
    told.sent += messages.length
    const over = ({ type }) => type === goodbye || type === refuse
    const { text = 'it goes on' } = await port.until(over, 250).catch(() => ({}))
    const code = /code.([a-z-]+)(?=g(?:message|details))/.exec(text)?.[1] ?? text
    told.ended[code] = (told.ended[code] ?? 0) + 1
    told.texts.push(...port.frames.map(({ text }) => text))
    port.close()
  }
  return told
}
