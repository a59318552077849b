// A server at an address while a command runs, which greets whoever comes; says how the command ended.
//
//   greeter.mjs ADDRESS PORT COMMAND…
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

const [address, port, file, ...args] = process.argv.slice(2)
const server = createServer((socket) => socket.end('hello\n')).listen(Number(port), address)
await once(server, 'listening')
const [code] = await once(spawn(file, args, { stdio: 'inherit' }), 'close')
console.log('its code:', code)
server.close()
