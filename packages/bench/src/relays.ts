import { spawn as start } from 'node:child_process'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createEgress } from '@ns/egress'
import { spawn } from '@ns/spawn'
import { type Dialogue, dialogue } from './dialogue.ts'
import { nothing, type Pair } from './net-pair.ts'

const PORT = 9000
const own = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const stdio = ['pipe', 'pipe', 'inherit'] as const

/** What a client asks for: so many connections, one after the other, of so many bytes. */
const asked = [
  { what: '64 MiB from a server outside, to a child without a network', count: 1, bytes: 2 ** 26 },
  { what: '20 connections of it, one after the other', count: 20, bytes: 1000 },
] as const

/**
 * A child that reaches one server: by `@ns/egress`, and by two `socat`, one in its network and one outside, with a unix
 * socket between them. Nothing where socat is not installed.
 */
export async function relays(
  scratch: string,
): Promise<{ readonly pairs: readonly Pair[]; end(): Promise<void> }> {
  const socat = ['/usr/bin/socat', '/usr/local/bin/socat'].find((path) => existsSync(path))
  if (!socat) {
    console.error('socat is not installed: it is left out')
    return { pairs: [], async end() {} }
  }
  const server = start(process.execPath, [own('relay-server.ts'), `${PORT}`], { stdio: [...stdio] })
  await dialogue(server).ask('ready?')
  const gate = await createEgress({
    allow: [`server.test:${PORT}`],
    connect: () => connect({ port: PORT, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }),
  })
  const client = own('relay-client.ts')
  const ours = spawn(process.execPath, [client, 'server.test', `${PORT}`], {
    namespaces: { net: gate },
    stdio: [...stdio],
  })
  const path = `${scratch}/relay`
  const outer = start(socat, [`UNIX-LISTEN:${path},fork`, `TCP:127.0.0.1:${PORT}`])
  while (!existsSync(path)) await setTimeout(5)
  const inner = `${socat} TCP-LISTEN:${PORT},bind=127.0.0.1,fork,reuseaddr UNIX-CONNECT:${path} &`
  const theirs = spawn(
    'sh',
    ['-c', `${inner} exec "$0" "$@"`, process.execPath, client, '127.0.0.1', `${PORT}`],
    { namespaces: { net: true, pid: true }, stdio: [...stdio] },
  )
  const [us, them] = [dialogue(ours), dialogue(theirs)]
  await Promise.all([us.ask('1 1'), them.ask('1 1')])
  const by = (who: Dialogue, count: number, bytes: number) => async () => {
    await who.ask(`${count} ${bytes}`)
    return nothing
  }
  const pairs: Pair[] = asked.map(({ what, count, bytes }) => ({
    what,
    by: '`socat`, one on each side',
    wish: 1,
    ours: by(us, count, bytes),
    theirs: by(them, count, bytes),
  }))
  const end = async () => {
    for (const child of [ours, theirs, server, outer]) child.kill('SIGKILL')
    await Promise.all([ours.exited, theirs.exited])
    await gate.close()
  }
  return { pairs, end }
}
