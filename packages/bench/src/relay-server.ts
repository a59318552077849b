// Sends as many bytes as it is asked for: `relay-server.ts PORT [HOST]`. Answers a line of its input when it listens.
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'

const piece = Buffer.alloc(65_536)

function* pieces(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= piece.length) yield piece.subarray(0, left)
}

const server = createServer((socket) => {
  socket.on('error', () => {})
  socket.once('data', (asked) => Readable.from(pieces(Number(asked))).pipe(socket))
})
const [, , port, host = '127.0.0.1'] = process.argv
server.listen(Number(port), host, () => {
  createInterface({ input: process.stdin }).on('line', () => console.log('ready'))
})
