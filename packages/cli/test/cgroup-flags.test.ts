import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { run, spawn } from '@ns/spawn'
import { checkLeaks, lane } from '@ns/testkit'
import { expect, test } from 'vitest'
import { Cgroup, readHierarchies } from '../../cgroup/src/index.ts'
import { ns, runNs } from './support/ns.ts'

checkLeaks()

const own = ['--', 'sh', '-c', "sed -n 's/^0:://p' /proc/self/cgroup"]
/** Below the mount of the tree, as `/proc/PID/cgroup` has it. */
const inTree = (path: string) => path.slice(readHierarchies().v2?.mount.length)

if (lane === 'root') {
  test('--placement is the cgroup that the command is born in, --target-cgroup that of the target', async () => {
    await using box = Cgroup.create()
    const placed = await runNs('run', '--placement', box.path, ...own)
    expect(placed).toMatchObject({ stdout: `${inTree(box.path)}\n`, stderr: '' })
    await using target = spawn('sleep', ['600'], { cgroup: box, namespaces: { uts: true } })
    const { pid } = await target.ready
    const entered = (...flags: string[]) => runNs('enter', '-t', `${pid}`, '-u', ...flags, ...own)
    expect((await entered('--target-cgroup')).stdout).toBe(`${inTree(box.path)}\n`)
    expect((await entered()).stdout).not.toBe(`${inTree(box.path)}\n`)
  })

  test('so it is for uid 12345 below what was handed to him', async () => {
    await using box = Cgroup.create()
    const [from, to] = [`${box.path}/from`, `${box.path}/to`]
    for (const path of [from, to]) mkdirSync(path)
    for (const path of [box.path, from, to]) {
      await using each = Cgroup.open(path)
      each.delegate({ uid: 12345, gid: 12345 })
    }
    const [file = '', ...args] = ns
    const asUser = (...words: string[]) =>
      [file, [...args, ...words], { cgroup: from, uid: 12345, gid: 12345 }] as const
    expect((await run(...asUser('run', '--placement', to, ...own))).stdout).toBe(`${inTree(to)}\n`)
    const flags = ['-U', '-u', '--placement', to, '--', 'sh', '-c', 'echo $$; read line']
    await using target = spawn(...asUser('run', ...flags))
    const [pid] = await once(target.stdout as Readable, 'data')
    const words = ['enter', '-t', `${pid}`.trim(), '-U', '-u', '--target-cgroup', ...own]
    expect((await run(...asUser(...words))).stdout).toBe(`${inTree(to)}\n`)
    target.stdin?.end('\n')
    await target.exited
  })
} else
  test('--placement where nothing was delegated: refused, with what the kernel asks for', async () => {
    const { mount } = readHierarchies().v2 ?? {}
    const refused = await runNs('run', '--placement', `${mount}`, '--', 'true')
    expect(refused).toMatchObject({ code: 125, stdout: '' })
    expect(refused.stderr).toMatch(
      /^ns: spawn true EACCES: cgroup: .*\n {2}hint: .*have the subtree delegated\n$/,
    )
  })
