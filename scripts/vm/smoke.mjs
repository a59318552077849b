// The shortest program that shows whether this machine can do it: a start, every namespace type, a failed start, a join; as the user
// that calls it, and, where that is root, once more as an ordinary one.
import { notEqual, rejects, deepStrictEqual as same } from 'node:assert/strict'
import { readlinkSync } from 'node:fs'
import { release } from 'node:os'
import { run, spawn } from '../../packages/spawn/dist/index.js'

const types = ['user', 'pid', 'mnt', 'uts', 'ipc', 'net', 'cgroup', 'time']
const link = (pid, type) => readlinkSync(`/proc/${pid}/ns/${type}`)

same((await run('echo', ['started'])).stdout.trim(), 'started')

const child = spawn('sleep', ['100'], { namespaces: 'all' })
await child.ready
for (const type of types) notEqual(link(child.pid, type), link('self', type), type)

const { stdout } = await run('readlink', ['/proc/self/ns/uts'], {
  namespaces: { user: { join: child.pid }, uts: { join: child.pid } },
})
same(stdout.trim(), link(child.pid, 'uts'))
child.kill('SIGKILL')
await child.exited

await rejects(run('no-such-program', [], { namespaces: 'all' }), { code: 'ENOENT' })
const missing = { mount: { root: '/no-such-root' } }
await rejects(run('true', [], { namespaces: missing }), ({ code }) => code.startsWith('ERR_NS_'))
if (process.getuid() === 0) {
  const ordinary = await run(process.execPath, process.argv.slice(1), { uid: 12345, gid: 12345 })
  console.log(ordinary.stdout.trim())
}
console.log(
  `Linux ${release()}, ${process.arch}, uid ${process.getuid()}: starts, all namespaces, failed starts, a join`,
)
