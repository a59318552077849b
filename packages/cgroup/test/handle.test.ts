import { existsSync, mkdirSync, readFileSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import {
  checkLeaks,
  lane,
  needs,
  output,
  program,
  running,
  Scratch,
  shell,
  waitFor,
} from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { Cgroup, cgroup, readMemberships } from '../src/index.ts'
import { refusal } from './machine.ts'

watch('/').close() // libuv's one inotify fd, which stays
checkLeaks()

const pathOf = (pid: number) => readMemberships(pid).find(({ hierarchy }) => hierarchy === 0)?.path
/** Nothing beside, for an ordinary user either. */
const born = (box: Cgroup) => [cgroup({ placement: box, namespace: false })]

if (refusal === undefined) describeHandle()
else
  describe('where nothing was delegated', () => {
    test('a cgroup is refused, with what to ask for', () => {
      expect(refusal).toMatchObject({
        code: 'ERR_NS_PERMISSION',
        namespace: 'cgroup',
        operation: 'create',
        hint: expect.stringMatching(/systemd-run --user --scope -p Delegate=yes/),
      })
    })
  })

function describeHandle(): void {
  describe('a cgroup', () => {
    test('is made, has who is born in it, and is removed with all that runs there', async () => {
      const box = Cgroup.create()
      expect(basename(box.path)).toMatch(/^ns-[0-9a-f]{12}$/)
      expect(box.events).toMatchObject({ populated: false, frozen: false })
      const { child, pid } = await running(born(box))
      expect(pathOf(pid)).toMatch(new RegExp(`/${basename(box.path)}$`))
      expect(box.processes).toEqual([pid])
      expect(box.events).toMatchObject({ populated: true })
      await box.remove()
      expect(await child.exited).toMatchObject({ signalCode: 'SIGKILL' })
      expect(existsSync(box.path)).toBe(false)
      expect(box.events).toBeUndefined()
    })

    test('is removed at the end of its block, with what was made below it', async () => {
      let path: string
      {
        await using box = Cgroup.create({ name: `ns-test-${process.pid}` })
        path = box.path
        expect(basename(path)).toBe(`ns-test-${process.pid}`)
        mkdirSync(`${path}/below`)
        mkdirSync(`${path}/below/lower`)
      }
      expect(existsSync(path)).toBe(false)
    })

    test('that was only opened stays', async () => {
      await using box = Cgroup.create()
      {
        await using again = Cgroup.open(box.path)
        expect(again.processes).toEqual([])
      }
      expect(existsSync(box.path)).toBe(true)
    })

    test('a process that runs already is moved there', async () => {
      await using box = Cgroup.create()
      await using sleeper = await running([])
      box.add(sleeper.pid)
      expect(box.processes).toEqual([sleeper.pid])
    })

    test('freezes what is in it and lets it go on', async () => {
      await using box = Cgroup.create()
      await using counter = await running(born(box), {
        file: 'sh',
        args: ['-c', 'while :; do :; done'],
        fds: [],
      })
      await box.freeze()
      expect(box.events).toMatchObject({ frozen: true, populated: true })
      const { total } = box.usage.cpu
      expect(box.usage.cpu.total).toBe(total)
      await box.thaw()
      expect(box.events).toMatchObject({ frozen: false })
      await waitFor(() => box.usage.cpu.total > total)
      expect(counter.child.kill(0)).toBe(true)
    })

    test('kill ends all in it and below it, and `empty` says when', async () => {
      await using box = Cgroup.create()
      mkdirSync(`${box.path}/below`)
      await using below = Cgroup.open(`${box.path}/below`)
      const { child } = await running(born(box))
      const { child: lower } = await running(born(below))
      box.kill()
      await box.empty()
      expect(await child.exited).toMatchObject({ signalCode: 'SIGKILL' })
      expect(await lower.exited).toMatchObject({ signalCode: 'SIGKILL' })
      expect([...box.processes, ...below.processes]).toEqual([])
    })

    test('its events come as they happen, and end with it', async () => {
      const box = Cgroup.create()
      const seen: boolean[] = []
      const watching = (async () => {
        for await (const { populated } of box.watch()) {
          seen.push(populated)
          if (!populated && seen.length === 1) await running(born(box))
          if (populated) box.kill()
          if (!populated && seen.length > 1) await box.remove()
        }
      })()
      await watching
      expect(seen).toEqual([false, true, false])
      expect(existsSync(box.path)).toBe(false)
    })

    test('a wait is given up with its signal', async () => {
      await using box = Cgroup.create()
      await using _ = await running(born(box))
      await expect(box.empty({ signal: AbortSignal.timeout(20) })).rejects.toThrow(/timeout/)
      const events = []
      for await (const event of box.watch({ signal: AbortSignal.timeout(20) })) events.push(event)
      expect(events).toHaveLength(1)
    })

    test('says what it has used', async () => {
      await using box = Cgroup.create()
      await shell(born(box), 'i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done')
      const { cpu } = box.usage
      expect(cpu.total).toBeGreaterThan(0)
      expect(cpu.total).toBeCloseTo(cpu.user + cpu.system, 0)
    })
  })

  describe('is refused, and nothing is left', () => {
    test('a name that is taken', async () => {
      await using box = Cgroup.create()
      expect(() => Cgroup.create({ name: basename(box.path), parent: dirname(box.path) })).toThrow(
        expect.objectContaining({
          code: 'ERR_NS_CGROUP',
          operation: 'create',
          hint: expect.stringMatching(/one of that name already/),
        }),
      )
    })

    test.each([
      [{ name: 'a/b' }, /name: one word/],
      [{ name: '..' }, /name: one word/],
      [{ limit: {} }, /unknown option limit/],
      [{ limits: { 'memory.max': '64 MB' } }, /limits\['memory\.max'\]: bytes/],
      [{ limits: { 'memory.max': -1 } }, /limits\['memory\.max'\]: bytes/],
      [{ limits: { 'pids.max': 1.5 } }, /limits\['pids\.max'\]/],
      [{ limits: { 'cpu.max': 0 } }, /limits\['cpu\.max'\]: a number of CPUs/],
      [{ limits: { 'io.max': [{ device: 'sda', rbps: 1 }] } }, /limits\['io\.max'\]/],
      [{ limits: { 'io.max': [{ device: '8:0' }] } }, /limits\['io\.max'\]/],
      [{ limits: { memory: '1g' } }, /unknown option memory; known: memory\.max/],
      [{ parent: '/tmp' }, /'\/tmp' is no cgroup v2/],
    ])('A7: %o', (options, message) => {
      expect(() => Cgroup.create(options as never)).toThrow(
        expect.objectContaining({
          code: 'ERR_NS_INVALID_OPTION',
          message: expect.stringMatching(message),
        }),
      )
      expect(existsSync(`/tmp/${'name' in options ? options.name : ''}/cgroup.procs`)).toBe(false)
    })

    test('a parent that is none, and what is to be opened and is none', () => {
      expect(() => Cgroup.create({ parent: '/nonesuch' })).toThrow(/cannot create.*ENOENT/)
      expect(() => Cgroup.open('/tmp')).toThrow(/directory of a cgroup v2 is wanted/)
    })
  })
}

if (refusal === undefined)
  test('where there is no cgroup.kill (below Linux 5.14) all end as well, what forks meanwhile too', async (context) => {
    needs(program('strace'))(context)
    const name = `ns-without-kill-${process.pid}`
    await using above = Cgroup.create()
    const script = `
      import { mkdirSync } from 'node:fs'
      import { Cgroup, cgroup } from '${import.meta.dirname}/../src/index.ts'
      import { launch } from '${import.meta.dirname}/../../syscalls/src/index.ts'
      const box = Cgroup.create({ parent: '${above.path}', name: '${name}' })
      mkdirSync(box.path + '/below')
      const fork = 'i=0; while [ $i -lt 500 ]; do sleep 600 & i=$((i + 1)); done; wait'
      const start = async (placement) => {
        const born = [cgroup({ placement, namespace: false })]
        const child = launch(born, { file: 'sh', args: ['-c', fork], fds: [] })
        await child.started
        return child
      }
      const children = [await start(box), await start(box.path + '/below')]
      while (box.processes.length < 20) await new Promise(setImmediate)
      box.kill()
      await box.empty()
      const ends = await Promise.all(children.map(({ exited }) => exited))
      await box.remove()
      console.log(ends.map(({ signalCode }) => signalCode).join())`
    const injected = ['-P', `${above.path}/${name}/cgroup.kill`, '-e', 'inject=all:error=ENOENT']
    const node = [process.execPath, '--conditions=@ns/source', '--input-type=module', '-e', script]
    using trace = new Scratch()
    const { stdout, stderr } = await output([], {
      file: 'strace',
      args: ['-f', '-qq', '-o', trace.at('trace'), ...injected, ...node],
    })
    expect({ stdout, stderr }).toEqual({ stdout: 'SIGKILL,SIGKILL\n', stderr: '' })
    const refused = readFileSync(trace.at('trace'), 'utf8')
    expect(refused).toMatch(/cgroup\.kill.*= -1 ENOENT .*\(INJECTED\)/)
  })

if (lane === 'root')
  describe('delegation', () => {
    test('an ordinary user makes a cgroup in what was handed to him, does with it what root can, and makes none beside it', async () => {
      await using box = Cgroup.create()
      box.delegate({ uid: 12345, gid: 12345 })
      // Nobody else's processes may be in it: he is born in a child, as systemd does it.
      const own = `${box.path}/own`
      mkdirSync(own)
      await using child = Cgroup.open(own)
      child.delegate({ uid: 12345, gid: 12345 })
      const script = `
        import { Cgroup, cgroup } from '${import.meta.dirname}/../src/index.ts'
        import { launch } from '${import.meta.dirname}/../../syscalls/src/index.ts'
        const made = Cgroup.create()
        const { path } = made
        made.add(process.pid)
        const inside = made.processes.includes(process.pid)
        const busy = { file: 'sh', args: ['-c', 'while :; do :; done'], fds: [] }
        const child = launch([cgroup({ placement: made, namespace: false })], busy)
        const { pid, warnings } = await child.started
        const born = made.processes.includes(pid)
        Cgroup.open('${own}').add(process.pid)
        const told = []
        const watching = (async () => {
          for await (const { populated, frozen } of made.watch()) told.push([populated, frozen])
        })()
        while (made.usage.cpu.total === 0) await new Promise(setImmediate)
        await made.freeze()
        const { frozen } = made.events
        await made.thaw()
        made.kill()
        await made.empty()
        const { signalCode } = await child.exited
        await made.remove()
        await watching
        const codeOf = (options) => { try { Cgroup.create(options) } catch ({ code }) { return code } }
        const beside = codeOf({ parent: '${dirname(box.path)}' })
        const seen = { first: told[0], last: told.at(-1), frozen, signalCode, warnings }
        console.log(JSON.stringify({ path, inside, born, beside, ...seen, uid: process.getuid() }))`
      const { stdout, stderr } = await output(born(child), {
        file: process.execPath,
        args: ['--conditions=@ns/source', '--input-type=module', '-e', script],
        uid: 12345,
        gid: 12345,
      })
      expect(stderr).toBe('')
      expect(JSON.parse(stdout)).toEqual({
        path: expect.stringMatching(new RegExp(`^${box.path}/ns-[0-9a-f]+$`)),
        inside: true,
        born: true,
        beside: 'ERR_NS_PERMISSION',
        first: [true, false],
        last: [false, false],
        frozen: true,
        signalCode: 'SIGKILL',
        warnings: [expect.stringMatching(/the bounding set is kept/)],
        uid: 12345,
      })
    })
  })
