// A coding agent's command: a read-only system, a /tmp of its own, its project writable, and one host that it may reach.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { duplexPair } from 'node:stream'
import { createEgress } from '@ns/egress'
import { bind, run, tmpfs } from '@ns/spawn'

// The model, without a network: a real one needs no `connect`, and 443 instead of 80.
const model = createServer((_, response) => response.end('write 42'))

const refused = new Set()
await using gate = await createEgress({
  allow: ['model.example:80'],
  onRefuse: ({ reason, host, address }) => refused.add(`${reason} ${host ?? address}`),
  connect: () => {
    const [ours, its] = duplexPair()
    model.emit('connection', its)
    return ours
  },
})

const agent = `
  import { writeFileSync } from 'node:fs'
  const ask = (url) =>
    fetch(url).then((answer) => answer.text(), ({ cause }) => cause.code)
  const write = (path, text) => {
    try {
      writeFileSync(path, text)
      return 'written'
    } catch ({ code }) {
      return code
    }
  }
  const answer = await ask('http://model.example')
  console.log('model.example:', answer)
  console.log('evil.example: ', await ask('http://evil.example'))
  console.log('192.0.2.1:    ', await ask('http://192.0.2.1'))
  console.log('answer.txt:   ', write('answer.txt', answer.split(' ')[1]))
  console.log('/tmp/scratch: ', write('/tmp/scratch', ''))
  console.log('/usr/mine:    ', write('/usr/mine', ''))
`

const project = mkdtempSync(`${tmpdir()}/project-`)
try {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', agent], {
    cwd: '/mnt',
    env: { PATH: process.env.PATH, HOME: '/tmp' }, // none of our secrets
    namespaces: {
      user: true,
      pid: true,
      ipc: true,
      net: gate,
      // Sockets that are files know no network namespace: /run has those of the machine's daemons.
      mount: { readonly: true, mounts: [bind(project, '/mnt'), tmpfs('/tmp'), tmpfs('/run')] },
    },
  })
  process.stdout.write(stdout)
  console.log('the project:  ', readFileSync(`${project}/answer.txt`, 'utf8'))
  for (const what of refused) console.log('refused:      ', what)
} finally {
  rmSync(project, { recursive: true })
}
