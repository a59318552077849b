import { once } from 'node:events'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { slower } from '@ns/testkit'
import type { Node } from '../../src/index.ts'

/** So long nothing has come, `ms`: nothing will come any more. */
const QUIET = 250 * Math.min(slower, 8)

/** Datagrams with numbers from one node to another: the numbers that arrived, in their order. */
export async function send(from: Node, to: Node, count: number): Promise<number[]> {
  const arrived: number[] = []
  const receiver = await to.udp({ host: to.address })
  const sender = await from.udp({ host: from.address })
  receiver.on('message', (message) => arrived.push(message.readUInt32BE(0)))
  const { port } = receiver.address()
  for (let number = 0; number < count; number++) {
    const message = Buffer.alloc(4)
    message.writeUInt32BE(number)
    sender.send(message, port, to.address)
    if (number % 32 === 31) await setImmediate() // no more than buffers have room for
  }
  for (let before = -1; before !== arrived.length; ) {
    before = arrived.length
    await setTimeout(QUIET)
  }
  sender.close()
  receiver.close()
  return arrived
}

/** How long a datagram takes there and back, `ms`, each time. */
export async function roundTrips(from: Node, to: Node, count: number): Promise<number[]> {
  const echo = await to.udp({ host: to.address })
  const client = await from.udp({ host: from.address })
  echo.on('message', (message, { port, address }) => echo.send(message, port, address))
  const { port } = echo.address()
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    const start = performance.now()
    client.send('?', port, to.address)
    await once(client, 'message')
    times.push(performance.now() - start)
  }
  echo.close()
  client.close()
  return times
}
