// A server in JavaScript, here, for a process that has no network but lo: its socket is made inside.
import { createServer } from 'node:http'
import { NetNs } from '@ns/net'
import { spawn } from '@ns/spawn'

const client = `
  console.log(await (await fetch('http://127.0.0.1/')).text())
  await fetch('http://127.0.0.1:81/').catch((error) => console.log('port 81:', error.cause.code))`

// It waits for a line, so that the server is there first.
const child = spawn(
  'sh',
  ['-c', 'read line; exec "$0" --input-type=module -e "$1"', process.execPath, client],
  {
    stdio: ['pipe', 'inherit', 'inherit'],
    namespaces: { user: true, net: true },
  },
)
const { pid } = await child.ready

using ns = NetNs.open(pid)
const http = createServer((_, response) => response.end('hello from outside'))
// Port 80 takes no privilege of ours: it is the namespace's.
const server = await ns.listen({ port: 80 }, (socket) => http.emit('connection', socket))
child.stdin.end('go\n')

await child.exited
http.closeAllConnections()
server.close()
