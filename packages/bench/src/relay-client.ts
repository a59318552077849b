// `relay-client.ts HOST PORT`: at a line `COUNT BYTES` makes so many connections, one after the other, and reads so many bytes of
// each; then answers with a line.
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

const [, , host = '', port = ''] = process.argv

async function fetchBytes(bytes: number): Promise<void> {
  const socket = connect({ host, port: Number(port), noDelay: true })
  socket.write(`${bytes}`)
  let received = 0
  for await (const chunk of socket) received += (chunk as Buffer).length
  if (received !== bytes) throw new Error(`${received} of ${bytes} bytes came`)
}

for await (const line of createInterface({ input: process.stdin })) {
  const [count = 0, bytes = 0] = line.split(' ').map(Number)
  for (let i = 0; i < count; i++) await fetchBytes(bytes)
  console.log('done')
}
